using GoTor.Protocol.Wire;
using Rfc8032 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace GoTor.Protocol.Crypto;

/// <summary>
/// The one verifier of Ed25519 signatures, with one strict behaviour: a scalar S that is not reduced, a point that is not
/// canonically encoded and one that is not of the group's prime order are all refused, so nobody can turn one signature into another. RFC 8032.
/// </summary>
/// <remarks>
/// The library below multiplies by the cofactor, and so overlooks what of small order was added to a point; C tor's verifier does not.
/// Honest points have nothing of the kind: with it refused, both say the same of every signature that an honest signer can make.
/// The two checks make a verification 2.7 times as dear (190 instead of 70 µs): a channel needs two of them and a key hardly ever signs
/// twice for us, so keys that have passed are not remembered.
/// </remarks>
internal static class Ed25519
{
    public const int KeyLength = 32;
    public const int SignatureLength = 64;

    /// <returns>False for any bad signature, also one of the wrong size.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        publicKey.Length == KeyLength && signature.Length == SignatureLength
        && Rfc8032.Verify(signature, publicKey, message)
        && Rfc8032.ValidatePublicKeyFull(publicKey)
        && Rfc8032.ValidatePublicKeyFull(signature[..KeyLength]);

    public static bool Verify(in Ed25519Identity publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Verify(publicKey.AsSpan(), message, signature);
}

/// <summary>An Ed25519 key pair, kept as its 32-byte seed. Owns the seed.</summary>
internal sealed class Ed25519KeyPair : IDisposable
{
    private readonly SecretBytes _seed;

    /// <param name="seed">32 bytes, copied.</param>
    public Ed25519KeyPair(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, Ed25519.KeyLength);
        _seed = new SecretBytes(seed);
        Span<byte> publicKey = stackalloc byte[Ed25519.KeyLength];
        Rfc8032.GeneratePublicKey(seed, publicKey);
        PublicKey = new Ed25519Identity(publicKey);
    }

    public Ed25519Identity PublicKey { get; }

    public static Ed25519KeyPair Generate(TorRandom random)
    {
        using SecretBytes seed = SecretBytes.Random(Ed25519.KeyLength, random);
        return new Ed25519KeyPair(seed.Span);
    }

    /// <param name="message">What to sign.</param>
    /// <param name="signature">64 bytes.</param>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) =>
        Rfc8032.Sign(_seed.Span, PublicKey.AsSpan(), message, signature);

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[Ed25519.SignatureLength];
        Sign(message, signature);
        return signature;
    }

    public void Dispose() => _seed.Dispose();
}
