using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Documents;

/// <summary>Whatever a directory sends: a document, a result that says no, or one kind of exception. Never anything else, and never for long.</summary>
public sealed class MalformedDocumentTests
{
    private static readonly byte[] Consensus1 = Vector.Read("mdconsensus1.txt");
    private static readonly byte[] Certificates = Vector.Read("authcerts2.txt");
    private static readonly byte[] Microdescriptors = Vector.Read("microdesc2.txt");
    private static readonly byte[] DiffBase = Vector.Read("consdiff.consensus1.txt");
    private static readonly byte[] Diff = Vector.Read("consdiff.diff1.txt");

    [Property(MaxTest = 2000)]
    public Property Consensus_WithAnythingChanged_ParsesOrIsMalformed() => Prop.ForAll(Damaged(Consensus1), bytes => Survives(() => Consensus.Parse(bytes)));

    [Property(MaxTest = 300)]
    public Property Certificates_WithAnythingChanged_AreAListAllTheSame() => Prop.ForAll(Damaged(Certificates), bytes =>
    {
        AuthorityCertificateList list = AuthorityCertificateList.Parse(bytes);
        return list.Certificates.Count <= 3;
    });

    [Property(MaxTest = 2000)]
    public Property Microdescriptors_WithAnythingChanged_AreAListAllTheSame() => Prop.ForAll(Damaged(Microdescriptors), bytes =>
    {
        var parser = new MicrodescriptorParser();
        MicrodescriptorList fromCache = MicrodescriptorCacheFile.Read(bytes, parser);
        MicrodescriptorList fromNetwork = parser.Parse(bytes);
        return fromCache.Entries.Concat(fromNetwork.Entries).All(e =>
            e.Microdescriptor.Digest.AsSpan().SequenceEqual(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(e.Start, e.Length))));
    });

    [Property(MaxTest = 1000)]
    public Property Diff_WithAnythingChanged_GivesTheSameOrIsMalformed() => Prop.ForAll(Damaged(Diff), bytes => Survives(() => ConsensusDiff.Apply(DiffBase, bytes)));

    // B52. A parser that looks ahead to the end from every line needs minutes for these; a linear one does not notice.
    [Trait("Case", "B52")]
    [Theory]
    [InlineData("@a\nb\n")]
    [InlineData("@last-listed 2020-01-27 18:52:09\n")]
    [InlineData("onion-key\n")]
    [InlineData("onion-key\n@\n")]
    [InlineData("\n")]
    [InlineData("a\n-----BEGIN X-----\n")]
    [InlineData("a\n-----BEGIN X-----\n-----END X-----\n")]
    [InlineData("dir-key-certificate-version 3\n")]
    [InlineData("r a AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 1.2.3.4 1 1\n")]
    [InlineData("directory-signature a b\n")]
    [InlineData("1d\n")]
    public void Parsers_GivenTwoMegabytesOfOneShape_Finish(string shape)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(shape, 2_000_000 / shape.Length)));
        var parser = new MicrodescriptorParser();
        Assert.Empty(MicrodescriptorCacheFile.Read(text, parser).Entries);
        Assert.Empty(parser.Parse(text).Entries);
        Assert.Empty(AuthorityCertificateList.Parse(text).Certificates);
        Assert.Throws<MalformedMessageException>(() => Consensus.Parse(text));
        Assert.Throws<MalformedMessageException>(() => ConsensusDiff.ApplyCommands("a\nb\n"u8, text));
        Assert.Throws<MalformedMessageException>(() => Consensus.Parse([.. "network-status-version 3 microdesc\n"u8, .. text]));
    }

    // Arti's directory task died of a slice that began inside of such a letter.
    [Theory]
    [Trait("Case", "B51")]
    [InlineData("é")]
    [InlineData("∞")]
    [InlineData("\U0001F9C5")]
    public void Documents_WithAForeignLetterAnywhere_ParseOrAreMalformed(string letter)
    {
        byte[] foreign = Encoding.UTF8.GetBytes(letter);
        var parser = new MicrodescriptorParser();
        foreach (byte[] document in (byte[][])[Consensus1, Certificates, Microdescriptors, Diff])
        {
            byte[] changed = new byte[document.Length + foreign.Length];
            // Every place of the first kilobytes, which have every kind of line; a few beyond.
            for (int at = 0; at < document.Length; at += at < 4000 ? 1 : 97)
            {
                document.AsSpan(0, at).CopyTo(changed);
                foreign.CopyTo(changed, at);
                document.AsSpan(at).CopyTo(changed.AsSpan(at + foreign.Length));
                if (document == Consensus1)
                    Survives(() => Consensus.Parse(changed));
                else if (document == Certificates)
                    Assert.InRange(AuthorityCertificateList.Parse(changed).Certificates.Count, 0, 3);
                else if (document == Microdescriptors)
                    Assert.InRange(MicrodescriptorCacheFile.Read(changed, parser).Entries.Count, 0, 4);
                else
                    Survives(() => ConsensusDiff.Apply(DiffBase, changed));
            }
        }
    }

    private static bool Survives(Action parse)
    {
        try
        {
            parse();
        }
        catch (MalformedMessageException)
        {
        }

        return true;
    }

    /// <summary>One to four places overwritten, cut out or doubled.</summary>
    private static Arbitrary<byte[]> Damaged(byte[] whole)
    {
        Gen<Func<byte[], byte[]>> change =
            from at in Gen.Choose(0, whole.Length - 1)
            from length in Gen.Choose(1, 80)
            from kind in Gen.Choose(0, 3)
            from value in Gen.Elements<byte>(0, (byte)'\n', (byte)' ', (byte)'-', (byte)'=', (byte)'$', (byte)'9', 0x7f, 0xc3, 0xff)
            select (Func<byte[], byte[]>)(bytes =>
            {
                int start = Math.Min(at, bytes.Length);
                int end = Math.Min(start + length, bytes.Length);
                return kind switch
                {
                    0 => [.. bytes[..start], value, .. bytes[Math.Min(start + 1, bytes.Length)..]],
                    1 => [.. bytes[..start], .. bytes[end..]],
                    2 => [.. bytes[..end], .. bytes[start..]],
                    _ => [.. bytes[..start], value, .. bytes[start..]],
                };
            });
        return (from changes in Gen.ListOf(change, 3) select changes.Aggregate(whole, (bytes, f) => f(bytes))).ToArbitrary();
    }
}
