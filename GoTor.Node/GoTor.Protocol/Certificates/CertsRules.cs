using System.Security.Cryptography;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Certificates;

/// <summary>
/// What a CERTS cell must prove before we talk to a relay: its RSA identity vouches for its Ed25519 identity, that for a signing
/// key, and that for the TLS certificate on this very connection.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#CERTS-cells</remarks>
internal static class CertsRules
{
    /// <summary>Checks everything; returning is the proof.</summary>
    /// <param name="certificates">Types and bodies, as the cell had them.</param>
    /// <param name="tlsCertificate">DER of the leaf that the peer showed in the TLS handshake.</param>
    /// <param name="now">The present, by our clock.</param>
    /// <param name="expectedRsa">Who the relay must be; null only when we cannot know.</param>
    /// <param name="expectedEd25519">Who the relay must be; null only when we cannot know.</param>
    /// <exception cref="MalformedMessageException">A certificate that cannot be read.</exception>
    /// <exception cref="ChannelViolationException">
    /// A certificate missing, twice there, expired, badly signed, or for something else.
    /// </exception>
    /// <exception cref="WrongIdentityException">All good, but the relay is somebody else.</exception>
    public static PeerIdentities Validate(
        IEnumerable<(byte Type, ReadOnlyMemory<byte> Certificate)> certificates, ReadOnlySpan<byte> tlsCertificate, DateTimeOffset now,
        RsaIdentity? expectedRsa, Ed25519Identity? expectedEd25519) =>
        ValidateForDigest(certificates, SHA256.HashData(tlsCertificate), now, expectedRsa, expectedEd25519);

    /// <summary>The same, from the SHA-256 of the TLS certificate.</summary>
    internal static PeerIdentities ValidateForDigest(
        IEnumerable<(byte Type, ReadOnlyMemory<byte> Certificate)> certificates, ReadOnlySpan<byte> tlsDigest, DateTimeOffset now,
        RsaIdentity? expectedRsa, Ed25519Identity? expectedEd25519)
    {
        var byType = new Dictionary<byte, ReadOnlyMemory<byte>>();
        foreach ((byte type, ReadOnlyMemory<byte> certificate) in certificates)
            Require(byType.TryAdd(type, certificate), $"Two certificates of type {type}.");

        PeerIdentities peer = ValidateChain(byType, tlsDigest, now);
        if (expectedRsa is not null && expectedRsa != peer.Rsa || expectedEd25519 is not null && expectedEd25519 != peer.Ed25519)
            throw new WrongIdentityException();
        return peer;
    }

    private static PeerIdentities ValidateChain(
        Dictionary<byte, ReadOnlyMemory<byte>> byType, ReadOnlySpan<byte> tlsDigest, DateTimeOffset now)
    {
        // Everything cheap comes first, so that a stranger has to send a plausible cell before we do public-key arithmetic.
        Ed25519Certificate signing = ParseEd25519(byType, CertificateType.IdentityToSigning);
        Ed25519Certificate link = ParseEd25519(byType, CertificateType.SigningToTlsLink);
        RsaEd25519CrossCertificate cross = RsaEd25519CrossCertificate.Parse(Find(byType, CertificateType.RsaToEd25519Identity).Span);
        RsaIdentityCertificate rsa = RsaIdentityCertificate.Parse(Find(byType, CertificateType.RsaIdentity));

        Require(signing.KeyType == CertifiedKeyType.Ed25519, "The signing key is not an Ed25519 key.");
        Require(signing.IncludedSigner is not null, "The signing key's certificate does not name the identity.");
        Ed25519Identity identity = signing.IncludedSigner!.Value;
        Require(link.CertifiedKey.SequenceEqual(tlsDigest), "The link certificate is for another TLS certificate.");
        Require(cross.Identity == identity, "The RSA identity vouches for another Ed25519 identity.");

        Require(!signing.IsExpiredAt(now), "The signing key's certificate expired.");
        Require(!link.IsExpiredAt(now), "The link certificate expired.");
        Require(!cross.IsExpiredAt(now), "The cross-certificate expired.");
        Require(rsa.IsValidAt(now), "The RSA identity certificate is not valid at this time.");

        Require(signing.IsSignedBy(identity), "The signing key's certificate is badly signed.");
        Require(link.IsSignedBy(new Ed25519Identity(signing.CertifiedKey)), "The link certificate is badly signed.");
        Require(rsa.IsSelfSigned(), "The RSA identity certificate is badly signed.");
        Require(cross.IsSignedBy(rsa.Key), "The cross-certificate is badly signed.");
        return new PeerIdentities(rsa.Key.Fingerprint, identity);
    }

    private static Ed25519Certificate ParseEd25519(Dictionary<byte, ReadOnlyMemory<byte>> byType, CertificateType type)
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(Find(byType, type));
        Require(certificate.Type == type, $"A certificate of type {(byte)certificate.Type} where one of type {(byte)type} belongs.");
        return certificate;
    }

    private static ReadOnlyMemory<byte> Find(Dictionary<byte, ReadOnlyMemory<byte>> byType, CertificateType type)
    {
        Require(byType.TryGetValue((byte)type, out ReadOnlyMemory<byte> certificate), $"No certificate of type {(byte)type}.");
        return certificate;
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
            throw new ChannelViolationException(otherwise);
    }
}
