using System.Security.Cryptography;
using GoTor.Protocol.Wire;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace GoTor.Protocol.Crypto;

/// <summary>Diffie-Hellman on curve25519. RFC 7748.</summary>
internal static class Curve25519
{
    public const int KeyLength = 32;

    /// <summary>The shared secret of <paramref name="secretKey"/> and the peer's public key; 32 bytes each.</summary>
    /// <returns>
    /// False when the result is all zero, which means that the peer sent a point of small order and knows the "secret". The check
    /// takes the same time either way.
    /// </returns>
    public static bool TryAgree(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> publicKey, Span<byte> shared)
    {
        CheckLength(secretKey);
        CheckLength(publicKey);
        X25519.ScalarMult(secretKey, publicKey, shared);
        Span<byte> zero = stackalloc byte[KeyLength];
        zero.Clear();
        return !CryptographicOperations.FixedTimeEquals(shared[..KeyLength], zero);
    }

    private static void CheckLength(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
            throw new MalformedMessageException($"A curve25519 key has 32 bytes, not {key.Length}.");
    }
}

/// <summary>A curve25519 key pair. Owns the secret half.</summary>
internal sealed class Curve25519KeyPair : IDisposable
{
    private readonly SecretBytes _secret;
    private readonly byte[] _public = new byte[Curve25519.KeyLength];

    /// <param name="secretKey">32 bytes, clamped or not; copied.</param>
    public Curve25519KeyPair(ReadOnlySpan<byte> secretKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secretKey.Length, Curve25519.KeyLength);
        _secret = new SecretBytes(secretKey);
        X25519.ScalarMultBase(secretKey, _public);
    }

    public ReadOnlySpan<byte> PublicKey => _public;

    public ReadOnlySpan<byte> SecretKey => _secret.Span;

    public static Curve25519KeyPair Generate(TorRandom random)
    {
        using SecretBytes secret = SecretBytes.Random(Curve25519.KeyLength, random);
        return new Curve25519KeyPair(secret.Span);
    }

    /// <inheritdoc cref="Curve25519.TryAgree"/>
    public bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> shared) => Curve25519.TryAgree(_secret.Span, publicKey, shared);

    public void Dispose() => _secret.Dispose();
}
