using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Relays;

/// <summary>All keys of one relay: both identities, the signing key, and the TLS certificate. Immutable, safe to share.</summary>
internal sealed class RelayKeys
{
    private RelayKeys(RsaSigningKey rsa, Ed25519KeyPair identity, Ed25519KeyPair signing, X509Certificate2 tls)
    {
        Rsa = rsa;
        Identity = identity;
        Signing = signing;
        Tls = tls;
    }

    public RsaSigningKey Rsa { get; }

    public Ed25519KeyPair Identity { get; }

    public Ed25519KeyPair Signing { get; }

    public X509Certificate2 Tls { get; }

    public static RelayKeys Generate() => Generate(SelfSigned());

    /// <param name="tls">May be shared by several relays: what they say of it in CERTS is each one's own.</param>
    public static RelayKeys Generate(X509Certificate2 tls) => new(
        RsaSigningKey.Generate(1024),
        Ed25519KeyPair.Generate(TorRandom.Secure),
        Ed25519KeyPair.Generate(TorRandom.Secure),
        tls);

    /// <summary>A certificate for TLS of the kind that C tor's relays show: its clients complain in their logs about any other.</summary>
    public static X509Certificate2 MakeTlsCertificate(DateTimeOffset now)
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=www.sandbox.net", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(now.AddDays(-30), now.AddDays(300));
    }

    /// <summary>The certificates of an honest relay, each replaceable by type.</summary>
    public Dictionary<CertificateType, byte[]> MakeCertificates(DateTimeOffset now) => new()
    {
        [CertificateType.RsaIdentity] = MakeRsaIdentity(now.AddDays(-30), now.AddDays(300)),
        [CertificateType.IdentityToSigning] = MakeIdentityToSigning(now.AddDays(30)),
        [CertificateType.SigningToTlsLink] = MakeSigningToLink(now.AddDays(2), Tls.RawData),
        [CertificateType.RsaToEd25519Identity] = MakeCross(now.AddDays(180)),
    };

    public CertsMessage MakeCerts(DateTimeOffset now) => ToMessage(MakeCertificates(now));

    /// <summary>What a relay shows that connects: no certificate of TLS, but a key to sign AUTHENTICATE with.</summary>
    public CertsMessage MakeInitiatorCerts(in Ed25519Identity authenticationKey, DateTimeOffset now)
    {
        Dictionary<CertificateType, byte[]> certificates = MakeCertificates(now);
        certificates.Remove(CertificateType.SigningToTlsLink);
        certificates[CertificateType.SigningToAuthentication] = Ed25519Certificate.Sign(
            CertificateType.SigningToAuthentication, CertifiedKeyType.Ed25519, authenticationKey.AsSpan(), now.AddDays(2), Signing, includeSigner: false);
        return ToMessage(certificates);
    }

    public static CertsMessage ToMessage(IEnumerable<KeyValuePair<CertificateType, byte[]>> certificates) =>
        new([.. certificates.Select(pair => new CertsEntry((byte)pair.Key, pair.Value))]);

    public byte[] MakeRsaIdentity(DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        RsaIdentityCertificate.Sign(Rsa, notBefore, notAfter, TorRandom.Secure);

    public byte[] MakeIdentityToSigning(DateTimeOffset expires) => Ed25519Certificate.Sign(
        CertificateType.IdentityToSigning, CertifiedKeyType.Ed25519, Signing.PublicKey.AsSpan(), expires, Identity, includeSigner: true);

    public byte[] MakeSigningToLink(DateTimeOffset expires, ReadOnlySpan<byte> tlsCertificate) => Ed25519Certificate.Sign(
        CertificateType.SigningToTlsLink, CertifiedKeyType.Sha256OfX509, SHA256.HashData(tlsCertificate), expires, Signing, includeSigner: false);

    public byte[] MakeCross(DateTimeOffset expires) => RsaEd25519CrossCertificate.Sign(Identity.PublicKey, expires, Rsa);

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=www.scripted.net", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(300));
    }
}
