using System.Security.Cryptography;
using FsCheck.Xunit;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Tests.Crypto;

public class HashTests
{
    [Fact]
    public void RunningSha1_PeekedBetweenAppends_GoesOnAsIfNot()
    {
        // FIPS 180-4 examples: "abc", and the two-block message.
        using var running = new RunningSha1();
        byte[] digest = new byte[20];
        running.Append("abc"u8);
        running.Peek(digest);
        Assert.Equal("a9993e364706816aba3e25717850c26c9cd0d89d", Convert.ToHexStringLower(digest));
        running.Append("dbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"u8);
        running.Peek(digest);
        Assert.Equal("84983e441c3bd26ebaae4aa1f95129e5e54670f1", Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void RunningSha1_Clone_IsIndependent()
    {
        using var running = new RunningSha1();
        running.Append("ab"u8);
        using RunningSha1 clone = running.Clone();
        running.Append("X"u8);
        clone.Append("c"u8);
        byte[] digest = new byte[20];
        clone.Peek(digest);
        Assert.Equal("a9993e364706816aba3e25717850c26c9cd0d89d", Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void Sha3_Fips202Examples_Match()
    {
        // NIST's examples for the empty message.
        byte[] digest = new byte[32];
        Sha3.Hash256([], digest);
        Assert.Equal("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a", Convert.ToHexStringLower(digest));
        Sha3.Shake256([], digest);
        Assert.Equal("46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f", Convert.ToHexStringLower(digest));
    }

    [Property]
    public void Sha3_PlatformAndManaged_GiveTheSame(byte[] data, byte length)
    {
        byte[] one = new byte[32], other = new byte[32], longOne = new byte[length], longOther = new byte[length];
        Sha3.Hash256(data, one);
        Sha3.Hash256Managed(data, other);
        Assert.Equal(one, other);
        Sha3.Shake256(data, longOne);
        Sha3.Shake256Managed(data, longOther);
        Assert.Equal(longOne, longOther);
    }

    [Property]
    public void RunningSha1_CutAnywhere_IsTheHashOfTheWhole(byte[][] pieces)
    {
        using var running = new RunningSha1();
        foreach (byte[] piece in pieces)
            running.Append(piece);
        byte[] digest = new byte[20];
        running.Peek(digest);
        Assert.Equal(SHA1.HashData(pieces.SelectMany(p => p).ToArray()), digest);
    }
}
