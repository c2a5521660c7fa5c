using System.Buffers;
using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Documents;

public sealed class MicrodescriptorTests
{
    private readonly MicrodescriptorParser _parser = new();

    [Trait("Case", "I08")]
    [Theory]
    [InlineData("microdesc1.txt")]
    [InlineData("microdesc3.txt")] // No TAP key: proposal 350.
    public void Microdescriptor_FromArti_IsRead(string name) => Assert.NotNull(_parser.ParseOne(Vector.Read(name)));

    // Values as Arti's own test of this file asserts them (tor-netdoc, doc/microdesc.rs).
    [Fact]
    public void CacheFile_FromArti_HasWhatArtiReads()
    {
        byte[] file = Vector.Read("microdesc2.txt");
        MicrodescriptorList list = MicrodescriptorCacheFile.Read(file, _parser);
        Assert.Equal(4, list.Entries.Count);
        Assert.Empty(list.Rejected);
        MicrodescriptorEntry first = list.Entries[0];
        Assert.Equal(new DateTimeOffset(2020, 1, 27, 18, 52, 9, TimeSpan.Zero), first.LastListed);
        Microdescriptor descriptor = first.Microdescriptor;
        Assert.Equal("38C71329A87098CB341C46C9C62BD646622B4445F7EB985A0E6ADB23A22CCF4F", Convert.ToHexString(descriptor.Digest.AsSpan()));
        Assert.Equal("5E895D65304A3A1894616660143F7AF5757FE08BC18045C7855EE8DEBB9E6C47", Convert.ToHexString(descriptor.NtorOnionKey.Span));
        Assert.Equal("2D85FDC88E6C1BCFB46897FCA1DBA6D1354F93261D68A79E0B5BC170DD923084", Convert.ToHexString(descriptor.Ed25519Identity.AsSpan()));
        Assert.True(descriptor.ExitPolicy.Allows(993));
        Assert.True(descriptor.ExitPolicyV6.Allows(993));
        Assert.False(descriptor.ExitPolicy.Allows(25));
        Assert.False(descriptor.ExitPolicyV6.Allows(25));
    }

    [Fact]
    public void CacheFile_WrittenAgain_IsTheSameFile()
    {
        byte[] file = Vector.Read("microdesc2.txt");
        var writer = new ArrayBufferWriter<byte>();
        foreach (MicrodescriptorEntry entry in MicrodescriptorCacheFile.Read(file, _parser).Entries)
            MicrodescriptorCacheFile.Write(writer, file.AsSpan(entry.Start, entry.Length), entry.LastListed!.Value);
        Assert.Equal(Encoding.UTF8.GetString(file), Encoding.UTF8.GetString(writer.WrittenSpan));
    }

    [Fact]
    public void CacheFile_OfCTor_FitsItsConsensus()
    {
        MicrodescriptorList list = MicrodescriptorCacheFile.Read(Vector.Read("arti.cached-microdescs.new.txt"), _parser);
        Consensus consensus = Consensus.Parse(Vector.Read("arti.cached-microdesc-consensus.txt"));
        HashSet<MicrodescriptorDigest> listed = [.. consensus.Relays.Select(r => r.MicrodescriptorDigest)];
        Assert.NotEmpty(list.Entries);
        Assert.All(list.Entries, e => Assert.Contains(e.Microdescriptor.Digest, listed));
    }

    [Fact]
    public void FamilyIds_FromArti_AreReadInOrder()
    {
        MicrodescriptorList list = _parser.Parse(Vector.Read("microdesc4.txt"));
        Assert.Equal(2, list.Entries.Count);
        Assert.Empty(list.Entries[0].Microdescriptor.FamilyIds);
        Assert.Equal(["ed25519:dXMgdGhlIHRyaXVtcGguICAgIC1UaG9tYXMgUGFpbmU", "other:Example"], list.Entries[1].Microdescriptor.FamilyIds);
    }

    [Theory]
    [InlineData("bad-mds.bogus-policy.txt")]
    [InlineData("bad-mds.non-ascii-policy.txt")]
    [InlineData("bad-mds.wrong-id.txt")]
    [InlineData("bad-mds.wrong-start.txt")]
    public void Microdescriptor_ThatArtiRefuses_CostsOnlyItself(string name)
    {
        byte[] bad = Vector.Read(name);
        Assert.Throws<MalformedMessageException>(() => _parser.ParseOne(bad));
        byte[] good = Vector.Read("microdesc1.txt");
        MicrodescriptorList list = _parser.Parse([.. bad, .. good, .. Vector.Read("microdesc3.txt")]);
        Assert.Contains(list.Entries, e => e.Microdescriptor.Digest == _parser.ParseOne(good).Digest && e.Start == bad.Length && e.Length == good.Length);
        Assert.NotEmpty(list.Rejected);
    }

    [Fact]
    public void Microdescriptor_CutAtEveryByte_IsRefusedOrAnother()
    {
        byte[] whole = Vector.Read("microdesc1.txt");
        MicrodescriptorDigest digest = _parser.ParseOne(whole).Digest;
        for (int length = 0; length < whole.Length; length++)
        {
            foreach (MicrodescriptorEntry entry in _parser.Parse(whole.AsSpan(0, length)).Entries)
                Assert.NotEqual(digest, entry.Microdescriptor.Digest);
        }
    }

    [Trait("Case", "B50")]
    [Theory]
    [InlineData("onion-key\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk\n")]
    [InlineData("onion-key\nntor-onion-key AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJgs=\n")]
    [InlineData("onion-key\nntor-onion-key AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJg\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk\n")]
    [InlineData("onion-key\nntor-onion-key AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJgs=\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk\n")]
    [InlineData("onion-key\r\nntor-onion-key AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJgs=\r\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk\r\n")]
    [InlineData("onion-key\nntor-onion-key AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJgs=\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk")]
    [InlineData("onion-key\n-----BEGIN RSA PUBLIC KEY-----\nntor-onion-key AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJgs=\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk\n")]
    [InlineData("onion-key\nntor-onion-key AppBt6CSeb1kKid/36ototmFA24ddfW5JpjWPLuoJgsé\nid ed25519 VGhpcyBpc24ndCBhY3R1YWxseSBhIHB1YmxpYyBrZXk\n")]
    public void Microdescriptor_WithOneMistake_IsRejectedNotThrown(string text)
    {
        MicrodescriptorList list = _parser.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Empty(list.Entries);
        Assert.Single(list.Rejected);
    }

    [Fact]
    public void Policies_OfEqualText_AreOneObject()
    {
        byte[] text = Vector.Read("microdesc1.txt");
        MicrodescriptorList list = _parser.Parse([.. text, .. text]);
        Assert.Same(list.Entries[0].Microdescriptor.ExitPolicy, list.Entries[1].Microdescriptor.ExitPolicy);
        Assert.Same(list.Entries[0].Microdescriptor.Family, list.Entries[1].Microdescriptor.Family);
    }

    // B52: a parser that looks back from every line would take a quadratic number of steps and bytes.
    [Theory]
    [InlineData("@junk\n")]
    [InlineData("onion-key\n")]
    [InlineData("-----BEGIN X-----\n")]
    [InlineData("family $0000000000000000000000000000000000000000\n")]
    public void CacheFile_OfRepeatedJunk_CostsInProportion(string line)
    {
        long small = AllocatedFor(line, 2_000);
        long large = AllocatedFor(line, 16_000);
        Assert.InRange(large, 0, small * 8 * 2 + 100_000);
    }

    private long AllocatedFor(string line, int count)
    {
        byte[] file = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, count)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Empty(MicrodescriptorCacheFile.Read(file, _parser).Entries);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
