using System.Security.Cryptography;

namespace GoTor.Protocol.Crypto.Handshakes;

/// <summary>
/// A relay's KS_ntor, which agrees on keys as a curve25519 key and signs its cross-certificate as an Ed25519 key. Both come from one seed,
/// so that they are the same point. Owns both.
/// </summary>
internal sealed class NtorOnionKey : IDisposable
{
    private NtorOnionKey(ReadOnlySpan<byte> seed)
    {
        Signing = new Ed25519KeyPair(seed);
        // The scalar that Ed25519 makes of its seed. RFC 8032 §5.1.5.
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(seed, hash);
        Agreement = new Curve25519KeyPair(hash[..Curve25519.KeyLength]);
        CryptographicOperations.ZeroMemory(hash);
    }

    public Curve25519KeyPair Agreement { get; }

    public Ed25519KeyPair Signing { get; }

    /// <summary>What the curve25519 form of the key does not tell of its Ed25519 form. tor-spec §A.3.</summary>
    public int SignBit => Signing.PublicKey.AsSpan()[^1] >> 7;

    public static NtorOnionKey Generate(TorRandom random)
    {
        using SecretBytes seed = SecretBytes.Random(Ed25519.KeyLength, random);
        return new NtorOnionKey(seed.Span);
    }

    public void Dispose()
    {
        Agreement.Dispose();
        Signing.Dispose();
    }
}
