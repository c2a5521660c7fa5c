using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Certificates;

/// <summary>A relay's valid certificates, for a test to spoil.</summary>
internal sealed class RelayCertificates
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static readonly Ed25519KeyPair Identity = Ed25519KeyPair.Generate(TorRandom.Secure);
    public static readonly Ed25519KeyPair Signing = Ed25519KeyPair.Generate(TorRandom.Secure);
    public static readonly RsaSigningKey Rsa = RsaSigningKey.Generate(1024);

    public static readonly DateTimeOffset Later = Now.AddDays(2);
    public static readonly DateTimeOffset Earlier = Now.AddDays(-10);

    public byte[] TlsCertificate { get; set; } = "any bytes: only their digest matters"u8.ToArray();

    public List<(byte Type, byte[] Body)> Certificates { get; } =
    [
        (2, RsaIdentityCertificate.Sign(Rsa, Now.AddDays(-30), Now.AddDays(300), TorRandom.Secure)),
        (4, IdentityToSigning(Later)),
        (5, SigningToLink(Later)),
        (7, RsaEd25519CrossCertificate.Sign(Identity.PublicKey, Later, Rsa)),
    ];

    public static byte[] IdentityToSigning(DateTimeOffset expires, bool includeSigner = true) => Ed25519Certificate.Sign(
        CertificateType.IdentityToSigning, CertifiedKeyType.Ed25519, Signing.PublicKey.AsSpan(), expires, Identity, includeSigner);

    public static byte[] SigningToLink(DateTimeOffset expires, Ed25519KeyPair? signer = null) => Ed25519Certificate.Sign(
        CertificateType.SigningToTlsLink, CertifiedKeyType.Sha256OfX509,
        System.Security.Cryptography.SHA256.HashData("any bytes: only their digest matters"u8), expires, signer ?? Signing, false);

    public byte[] Body(byte type) => Certificates.Find(c => c.Type == type).Body;

    public void Replace(byte type, byte[] body) => Certificates[Certificates.FindIndex(c => c.Type == type)] = (type, body);

    public void Relabel(byte type, byte as_) => Certificates[Certificates.FindIndex(c => c.Type == type)] = (as_, Body(type));

    public void Remove(byte type) => Certificates.RemoveAll(c => c.Type == type);

    public PeerIdentities Validate(RsaIdentity? expectedRsa = null, Ed25519Identity? expectedEd25519 = null) => CertsRules.Validate(
        Certificates.Select(c => (c.Type, (ReadOnlyMemory<byte>)c.Body)), TlsCertificate, Now, expectedRsa, expectedEd25519);
}
