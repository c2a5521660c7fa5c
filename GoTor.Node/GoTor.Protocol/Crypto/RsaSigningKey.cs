using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Encodings;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;

namespace GoTor.Protocol.Crypto;

/// <summary>The secret half of an <see cref="RsaPublicKey"/>. Relays and authorities have one; a client never does.</summary>
internal sealed class RsaSigningKey : IDisposable
{
    private readonly RSA _rsa;
    private readonly Pkcs1Encoding _signer;

    private RsaSigningKey(RSA rsa)
    {
        _rsa = rsa;
        RSAParameters p = rsa.ExportParameters(includePrivateParameters: true);
        _signer = new Pkcs1Encoding(new RsaBlindedEngine());
        _signer.Init(forEncryption: true, new RsaPrivateCrtKeyParameters(
            Big(p.Modulus), Big(p.Exponent), Big(p.D), Big(p.P), Big(p.Q), Big(p.DP), Big(p.DQ), Big(p.InverseQ)));
        PublicKey = RsaPublicKey.FromPkcs1(rsa.ExportRSAPublicKey());

        static BigInteger Big(byte[]? bytes) => new(1, bytes);
    }

    public RsaPublicKey PublicKey { get; }

    /// <param name="bits">1024 for a relay's identity and an authority's signing key; authority identities have more.</param>
    public static RsaSigningKey Generate(int bits) => new(RSA.Create(bits));

    /// <summary>Reads the body of an "RSA PRIVATE KEY" object.</summary>
    /// <exception cref="CryptographicException">Not such a key.</exception>
    public static RsaSigningKey FromPkcs1(ReadOnlySpan<byte> der)
    {
        RSA rsa = RSA.Create();
        rsa.ImportRSAPrivateKey(der, out _);
        return new RsaSigningKey(rsa);
    }

    public byte[] ExportPkcs1() => _rsa.ExportRSAPrivateKey();

    /// <summary>Signs as <see cref="RsaPublicKey.VerifyDigest"/> wants it: padding around the bare digest.</summary>
    public byte[] SignDigest(ReadOnlySpan<byte> digest) => _signer.ProcessBlock(digest.ToArray(), 0, digest.Length);

    public void Dispose() => _rsa.Dispose();
}
