using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace GoTor.Protocol.Crypto;

/// <summary>SHA3-256 and SHAKE256 in one shot: the platform's where it has them, the same in managed code elsewhere.</summary>
internal static class Sha3
{
    public const int Digest256Length = 32;

    /// <param name="data">What to hash.</param>
    /// <param name="digest">32 bytes.</param>
    public static void Hash256(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (SHA3_256.IsSupported)
            SHA3_256.HashData(data, digest);
        else
            Hash256Managed(data, digest);
    }

    /// <summary>Fills <paramref name="output"/>, of any length. A shorter output is a prefix of a longer one.</summary>
    public static void Shake256(ReadOnlySpan<byte> data, Span<byte> output)
    {
        if (System.Security.Cryptography.Shake256.IsSupported)
            System.Security.Cryptography.Shake256.HashData(data, output);
        else
            Shake256Managed(data, output);
    }

    internal static void Hash256Managed(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        var sha3 = new Sha3Digest(256);
        sha3.BlockUpdate(data);
        sha3.DoFinal(digest);
    }

    internal static void Shake256Managed(ReadOnlySpan<byte> data, Span<byte> output)
    {
        var shake = new ShakeDigest(256);
        shake.BlockUpdate(data);
        shake.OutputFinal(output);
    }
}
