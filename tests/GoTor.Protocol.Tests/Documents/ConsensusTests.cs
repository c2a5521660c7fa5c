using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Documents;

public sealed class ConsensusTests
{
    private static readonly string Text = Vector.ReadText("mdconsensus1.txt");

    // Values as Arti's own test of this file asserts them (tor-netdoc, doc/netstatus.rs).
    [Fact]
    public void Consensus_FromArti_HasWhatArtiReads()
    {
        Consensus consensus = Consensus.Parse(Vector.Read("mdconsensus1.txt"));
        Assert.Equal(28, consensus.Method);
        Assert.Equal(new DateTimeOffset(2020, 8, 7, 12, 42, 40, TimeSpan.Zero), consensus.Lifetime.ValidAfter);
        Assert.Equal(TimeSpan.FromSeconds(20), consensus.Lifetime.Interval);
        Assert.Equal(3, consensus.Sources.Count);
        Assert.Equal(6, consensus.Relays.Count);
        RouterStatus relay = consensus.Relays[0];
        Assert.Equal("73DABE0A0468F4F7A67810A18D11E36731BB1D2EC3634DB459100609F3B3F535", Convert.ToHexString(relay.MicrodescriptorDigest.AsSpan()));
        Assert.Equal("0A3057AF2910415794D8EA430309D9AC5F5D524B", relay.Identity.ToString());
        Assert.Equal("test002a", relay.Nickname);
        Assert.True(relay.Unmeasured);
        Assert.Equal(0u, relay.Bandwidth);
        Assert.True(relay.Protocols.Supports("HSDir", 2));
        Assert.False(relay.Protocols.Supports("HSDir", 3));
        Assert.Equal("127.0.0.1:5002", relay.OrPort.ToString());
        Assert.Equal("[::1]:5002", relay.OrPortV6!.ToString());
        Assert.Equal(10_000, consensus.BandwidthWeights["Wgg"]);
        Assert.True(consensus.RequiredClientProtocols.Supports("Microdesc", 2));
        Assert.All(consensus.Signatures, s => Assert.Equal(SignatureAlgorithm.Sha256, s.Algorithm));
    }

    [Theory]
    [InlineData("bad-mdconsensus.bad-flags.txt")]
    [InlineData("bad-mdconsensus.bad-md-digest.txt")]
    [InlineData("bad-mdconsensus.bad-params.txt")]
    [InlineData("bad-mdconsensus.bad-weight.txt")]
    [InlineData("bad-mdconsensus.bad-weights.txt")]
    [InlineData("bad-mdconsensus.wrong-order.txt")]
    [InlineData("bad-mdconsensus.wrong-start.txt")]
    [InlineData("bad-mdconsensus.wrong-version.txt")]
    public void Consensus_ThatArtiRefuses_IsRefused(string name) =>
        Assert.Throws<MalformedMessageException>(() => Consensus.Parse(Vector.Read(name)));

    [Fact]
    public void Consensus_CutAtEveryByte_IsRefusedOrHasFewerSignatures()
    {
        byte[] whole = Vector.Read("mdconsensus1.txt");
        int signatures = Consensus.Parse(whole).Signatures.Count;
        for (int length = 0; length < whole.Length; length++)
        {
            try
            {
                // A cut between two signatures leaves a well-formed document: only the count can tell.
                Assert.True(Consensus.Parse(whole.AsSpan(0, length)).Signatures.Count < signatures);
            }
            catch (MalformedMessageException)
            {
            }
        }
    }

    [Trait("Case", "B50")]
    [Theory]
    [InlineData("valid-after 2020-08-07 12:42:40\n", "")]
    [InlineData("valid-after 2020-08-07 12:42:40\n", "valid-after 2020-08-07 12:42:40\nvalid-after 2020-08-07 12:42:40\n")]
    [InlineData("valid-after 2020-08-07 12:42:40", "valid-after 2020-08-07 12:43:10")]
    [InlineData("valid-after 2020-08-07 12:42:40", "valid-after 2020-08-07T12:42:40")]
    [InlineData("valid-after 2020-08-07 12:42:40", "valid-after 2020-13-07 12:42:40")]
    [InlineData("valid-after 2020-08-07 12:42:40", "valid-after 2020-08-07 12:42:4٠")]
    [InlineData("microdesc\n", "microdesc\r\n")]
    [InlineData("microdesc\n", "ns\n")]
    [InlineData("vote-status consensus", "vote-status vote")]
    [InlineData("contact auth1@test.test", "contact auth1@test.test\0")]
    [InlineData("network-status-version", "\uFEFFnetwork-status-version")]
    [InlineData("r test002a ", "r test002a_ ")]
    [InlineData("r test002a ", "r tést002a ")]
    [InlineData("CjBXrykQQVeU2OpDAwnZrF9dUks", "CjBXrykQQVeU2OpDAwnZrF9dUké")]
    [InlineData("CjBXrykQQVeU2OpDAwnZrF9dUks", "CjBXrykQQVeU2OpDAwnZrF9dUk")]
    [InlineData("127.0.0.1 5002 7002", "127.0.0.1 65536 7002")]
    [InlineData("127.0.0.1 5002 7002", "127.1 5002 7002")]
    [InlineData("127.0.0.1 5002 7002", "127.0.0.01 5002 7002")]
    [InlineData("127.0.0.1 5002 7002", "127.0.0.1 5002")]
    [InlineData("w Bandwidth=0 Unmeasured=1\nr test005r", "w Bandwidth=0\nw Bandwidth=0\nr test005r")]
    [InlineData("w Bandwidth=0 Unmeasured=1\nr test005r", "w Bandwidth=-1\nr test005r")]
    [InlineData("w Bandwidth=0 Unmeasured=1\nr test005r", "w Bandwidth=4294967296\nr test005r")]
    [InlineData("m c9q+CgRo9PemeBChjRHjZzG7HS7DY020WRAGCfOz9TU\n", "")]
    [InlineData("directory-footer\n", "")]
    [InlineData("-----END SIGNATURE-----\ndirectory-signature", "-----END SIGNATURE-----\nparams x=1\ndirectory-signature")]
    [InlineData("-----END SIGNATURE-----", "-----END SIGNATURES-----")]
    [InlineData("contact auth1@test.test", "contact auth1@test.test\n\nsurprise")]
    public void Consensus_WithOneMistake_IsRefused(string good, string bad)
    {
        Assert.Contains(good, Text, StringComparison.Ordinal);
        int at = Text.IndexOf(good, StringComparison.Ordinal);
        string changed = string.Concat(Text.AsSpan(0, at), bad, Text.AsSpan(at + good.Length));
        Assert.Throws<MalformedMessageException>(() => Consensus.Parse(Encoding.UTF8.GetBytes(changed)));
    }

    [Theory]
    [Trait("Case", "B50")]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc3 })] // The first half of a letter.
    [InlineData(new byte[] { 0xa9 })] // The second.
    [InlineData(new byte[] { 0xc1, 0x81 })] // More bytes than it needs.
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })] // Half a surrogate pair.
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 })] // Beyond Unicode.
    public void Consensus_ThatIsNotUtf8_IsRefused(byte[] bad)
    {
        byte[] bytes = Vector.Read("mdconsensus1.txt");
        bad.CopyTo(bytes, Text.IndexOf("auth1@", StringComparison.Ordinal));
        Assert.Throws<MalformedMessageException>(() => Consensus.Parse(bytes));
    }

    [Theory]
    [InlineData("voting-delay 4 4\n", "voting-delay 4 4\nfuture-item with arguments\n-----BEGIN THING-----\nnot base64 at all\n-----END THING-----\n")]
    [InlineData("w Bandwidth=0 Unmeasured=1\nr test005r", "w Bandwidth=0 Unmeasured=1 Future=2\nfuture yes\nr test005r")]
    [InlineData("pr Cons=1-2 Desc", "pr Cons=1-4294967295 Desc")]
    public void Consensus_WithSomethingNewer_IsRead(string good, string newer)
    {
        int at = Text.IndexOf(good, StringComparison.Ordinal);
        Assert.True(at > 0);
        Assert.Equal(6, Consensus.Parse(Encoding.UTF8.GetBytes(string.Concat(Text.AsSpan(0, at), newer, Text.AsSpan(at + good.Length)))).Relays.Count);
    }

    // TROVE-2026-019: C tor read out of bounds for a digest that it did not know.
    [Trait("Case", "B43")]
    [Theory]
    [InlineData("sha512")]
    [InlineData("sha3-256")]
    [InlineData("md5")]
    [InlineData("∞")]
    public void Signature_WithAnUnknownDigest_IsLeftOut(string algorithm)
    {
        int all = Consensus.Parse(Encoding.UTF8.GetBytes(Text)).Signatures.Count;
        string changed = ReplaceFirst(Text, "directory-signature sha256", "directory-signature " + algorithm);
        Assert.Equal(all - 1, Consensus.Parse(Encoding.UTF8.GetBytes(changed)).Signatures.Count);
    }

    [Trait("Case", "B43")]
    [Fact]
    public void Signature_OfTheWrongLength_IsLeftOut()
    {
        int all = Consensus.Parse(Encoding.UTF8.GetBytes(Text)).Signatures.Count;
        int start = Text.IndexOf("-----BEGIN SIGNATURE-----\n", StringComparison.Ordinal) + "-----BEGIN SIGNATURE-----\n".Length;
        int end = Text.IndexOf("-----END SIGNATURE-----", StringComparison.Ordinal);
        foreach (string body in (string[])["", "AAAA\n", string.Concat(Enumerable.Repeat("AAAA", 200)) + "\n", "????\n"])
        {
            string changed = string.Concat(Text.AsSpan(0, start), body, Text.AsSpan(end));
            Assert.Equal(all - 1, Consensus.Parse(Encoding.UTF8.GetBytes(changed)).Signatures.Count);
        }
    }

    [SkippableFact]
    public void Consensus_OfThePublicNetwork_IsReadWhole()
    {
        Skip.If(PublicNetworkData.Directory is null, PublicNetworkData.Missing);
        byte[] text = PublicNetworkData.ReadConsensus();
        Consensus consensus = Consensus.Parse(text);
        // Counted with grep in the file.
        Assert.Equal(7195, consensus.Relays.Count);
        Assert.Equal(3466, consensus.Relays.Count(r => r.OrPortV6 is not null));
        Assert.Equal(8, consensus.Sources.Count);
        Assert.Equal(8, consensus.Signatures.Count);
        Assert.Equal(33, consensus.Method);
        Assert.Equal(19, consensus.BandwidthWeights.Count);
        Assert.Equal(1250, consensus.Parameters["circ_max_cell_queue_size"]);
        Assert.Equal("QoWj/ZhznU64nw8MMzXyEsqfQIgiWeA6eHAu7fLcCwA=", Convert.ToBase64String(consensus.CurrentSharedRandom!.Value.Span));
        Assert.Equal(8, consensus.PreviousSharedRandom!.Reveals);
        RouterStatus seele = consensus.Relays[0];
        Assert.Equal(RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.V2Dir | RelayFlags.Valid, seele.Flags);
        Assert.Equal(570u, seele.Bandwidth);
        Assert.True(seele.Protocols.Supports("Conflux", 1));
        Assert.True(consensus.Relays.Select(r => r.Protocols).Distinct().Count() < 100);
    }

    private static string ReplaceFirst(string text, string from, string to)
    {
        int at = text.IndexOf(from, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length));
    }
}
