using System.Diagnostics;
using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.Client.Directory.Compression;
using ZstdSharp;

namespace GoTor.Client.Tests.Directory.Compression;

public class DecompressionTests
{
    private const int Limit = 16 << 20;

    private static readonly string[] Names = ["deflate", "gzip", "x-zstd"];

    public static TheoryData<string> Encodings => new(Names);

    [Property(MaxTest = 60)]
    public Property Unpack_WhatOtherEncodersPacked_GivesItBack(NonEmptyArray<byte> some, byte level, bool repetitive)
    {
        byte[] seed = some.Get;
        byte[] original = repetitive ? [.. Enumerable.Range(0, 400).SelectMany(_ => seed)] : seed;
        return Names.All(name =>
        {
            byte[] packed = Pack(name, original, (CompressionLevel)(level % 4));
            return Decompression.Unpack(Parse(name), packed, Limit).Bytes.Span.SequenceEqual(original);
        }).ToProperty();
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.NoCompression)]
    public void Unpack_LargeText_GivesItBack(CompressionLevel level)
    {
        byte[] original = LikeADocument(700_000);
        Assert.Equal(original, Decompression.Unpack(ContentEncoding.Deflate, Pack("deflate", original, level), Limit).Bytes.ToArray());
    }

    // RFC 1951 by hand: the fixed code, and the empty stream that python's zlib.compress(b"") makes.
    [Theory]
    [InlineData("789C030000000001", "")]
    [InlineData("789CCB48CDC9C95728CF2FCA4901001A0B045D", "hello world")]
    public void Unpack_PythonsZlib_GivesItBack(string packed, string original) =>
        Assert.Equal(original, System.Text.Encoding.ASCII.GetString(
            Decompression.Unpack(ContentEncoding.Deflate, Convert.FromHexString(packed), Limit).Bytes.Span));

    [Trait("Case", "B41")]
    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_CutAtEveryByte_EndsInAnError(string name)
    {
        byte[] packed = Pack(name, LikeADocument(3_000), CompressionLevel.Optimal);
        for (int length = 0; length < packed.Length; length++)
        {
            byte[] cut = packed[..length];
            // Nothing at all is a valid sequence of no zstd frames.
            if (name == "x-zstd" && length == 0)
                continue;
            Assert.Throws<DecompressionException>(() => Decompression.Unpack(Parse(name), cut, Limit));
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_CutButPartialAllowed_GivesTheGoodBeginning(string name)
    {
        byte[] original = LikeADocument(400_000);
        byte[] packed = Pack(name, original, CompressionLevel.Optimal);
        Unpacked unpacked = Decompression.Unpack(Parse(name), packed.AsMemory(0, packed.Length * 3 / 4), Limit, allowPartial: true);
        Assert.False(unpacked.IsComplete);
        Assert.InRange(unpacked.Bytes.Length, 1_000, original.Length - 1);
        Assert.True(original.AsSpan(0, unpacked.Bytes.Length).SequenceEqual(unpacked.Bytes.Span));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_ManyMembers_AreOneDocument(string name)
    {
        byte[] member = Pack(name, "one "u8.ToArray(), CompressionLevel.Optimal);
        byte[] packed = [.. Enumerable.Range(0, 1000).SelectMany(_ => member)];
        Assert.Equal(4000, Decompression.Unpack(Parse(name), packed, Limit).Bytes.Length);
    }

    // TROVE-2026-022: the check counted each member on its own.
    [Trait("Case", "B40")]
    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_BombOfManySmallMembers_IsRefused(string name)
    {
        byte[] member = Pack(name, new byte[4 << 10], CompressionLevel.Optimal);
        byte[] packed = [.. Enumerable.Range(0, 10_000).SelectMany(_ => member)];
        DecompressionException e = Assert.Throws<DecompressionException>(() => Decompression.Unpack(Parse(name), packed, Limit, allowPartial: true));
        Assert.Contains("more than", e.Message, StringComparison.Ordinal);
    }

    [Trait("Case", "B40")]
    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_BeyondTheFactor_IsRefused(string name)
    {
        byte[] packed = Pack(name, new byte[6 << 20], CompressionLevel.Optimal);
        Assert.Throws<DecompressionException>(() => Decompression.Unpack(Parse(name), packed, Limit));
    }

    // A small private network's documents repeat themselves: below 5 MiB the factor does not matter (compress.c, tor#40739).
    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_RepetitiveButSmall_IsAccepted(string name)
    {
        byte[] packed = Pack(name, new byte[4 << 20], CompressionLevel.Optimal);
        Assert.Equal(4 << 20, Decompression.Unpack(Parse(name), packed, Limit).Bytes.Length);
    }

    [Trait("Case", "B40")]
    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_BeyondTheDocumentsLimit_IsRefused(string name)
    {
        byte[] packed = Pack(name, LikeADocument(20_000), CompressionLevel.Optimal);
        Assert.Throws<DecompressionException>(() => Decompression.Unpack(Parse(name), packed, 19_999));
        Assert.Equal(20_000, Decompression.Unpack(Parse(name), packed, 20_000).Bytes.Length);
    }

    // TROVE-2026-045 (Arti): the header chooses how much memory the reader uses. RFC 8878 §3.1.1.1.2: exponent 31-10 of the window.
    [Trait("Case", "B42")]
    [Fact]
    public void Unpack_ZstdWithHugeWindow_IsRefused()
    {
        byte[] packed = [0x28, 0xB5, 0x2F, 0xFD, 0x00, (31 - 10) << 3, 0x09, 0x00, 0x00, (byte)'a'];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DecompressionException>(() => Decompression.Unpack(ContentEncoding.Zstd, packed, Limit));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);

        packed[5] = (20 - 10) << 3;
        Assert.Equal("a"u8.ToArray(), Decompression.Unpack(ContentEncoding.Zstd, packed, Limit).Bytes.ToArray());
    }

    [Property(MaxTest = 300)]
    public void Unpack_Garbage_EndsInAnErrorOrLittle(byte[] garbage)
    {
        foreach (string name in Names)
        {
            byte[] packed = Pack(name, LikeADocument(600), CompressionLevel.Optimal);
            for (int i = 0; i < garbage.Length; i++)
                packed[garbage[i] * 7 % packed.Length] ^= (byte)(i + 1);
            try
            {
                Assert.InRange(Decompression.Unpack(Parse(name), packed, 100_000).Bytes.Length, 0, 100_000);
            }
            catch (DecompressionException)
            {
            }
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Unpack_WrongByteInTheMiddle_IsNoticed(string name)
    {
        byte[] packed = Pack(name, LikeADocument(5_000), CompressionLevel.NoCompression);
        // zstd's own encoder adds no checksum here; the two others always do.
        if (name == "x-zstd")
            return;
        packed[packed.Length / 2] ^= 1;
        Assert.Throws<DecompressionException>(() => Decompression.Unpack(Parse(name), packed, Limit));
    }

    [Fact]
    public void Unpack_GzipWithEveryHeaderField_IsRead()
    {
        byte[] plain = Pack("gzip", "x"u8.ToArray(), CompressionLevel.Optimal);
        byte[] header = [.. plain[..3], 0x1E, .. plain[4..10]];
        byte[] fields = [2, 0, 9, 9, .. "name\0"u8, .. "comment\0"u8, 0, 0];
        Assert.Equal("x"u8.ToArray(), Decompression.Unpack(ContentEncoding.Gzip, (byte[])[.. header, .. fields, .. plain[10..]], Limit).Bytes.ToArray());
    }

    private static ContentEncoding Parse(string name) =>
        ContentEncodings.TryParse(name, out ContentEncoding encoding) ? encoding : throw new UnreachableException();

    private static byte[] Pack(string name, byte[] data, CompressionLevel level)
    {
        if (name == "x-zstd")
        {
            using Compressor compressor = new(level == CompressionLevel.NoCompression ? 1 : 3);
            return compressor.Wrap(data).ToArray();
        }

        MemoryStream packed = new();
        using (Stream stream = name == "gzip" ? new GZipStream(packed, level, true) : new ZLibStream(packed, level, true))
            stream.Write(data);
        return packed.ToArray();
    }

    // Half words that repeat, half digits that do not: both kinds of block, literals and matches.
    private static byte[] LikeADocument(int length)
    {
        System.Text.StringBuilder text = new();
        ulong state = 88172645463325252;
        while (text.Length < length)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.Append("onion-key\nntor-onion-key ").Append(state).Append("\nid ed25519 ").Append(state * 3).Append('\n');
        }

        return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, length));
    }
}
