using System.Formats.Asn1;
using System.Security.Cryptography;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Certificates;

/// <summary>
/// The self-signed X.509 certificate that carries a relay's RSA identity in a CERTS cell. Only what Tor needs of X.509 is read:
/// the key, the dates and the signature; names and extensions mean nothing here. Immutable.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#CERTS-cells, certificate type 2</remarks>
internal sealed class RsaIdentityCertificate
{
    /// <summary>C tor's has about 470 bytes.</summary>
    public const int MaxLength = 2048;

    private const int KeyBits = 1024;
    private const string Sha256WithRsaOid = "1.2.840.113549.1.1.11";

    // Clocks and renewals are sloppy: C tor 0.4.9, src/lib/tls/x509_internal.h.
    private static readonly TimeSpan PastSlop = TimeSpan.FromDays(2);
    private static readonly TimeSpan FutureSlop = TimeSpan.FromDays(30);

    private readonly byte[] _toBeSignedDigest;
    private readonly byte[] _signature;

    private RsaIdentityCertificate(ReadOnlyMemory<byte> der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        AsnReader certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        ReadOnlyMemory<byte> toBeSigned = certificate.PeekEncodedValue();
        _toBeSignedDigest = SHA256.HashData(toBeSigned.Span);
        AsnReader body = certificate.ReadSequence();
        ReadOnlyMemory<byte> algorithm = certificate.ReadEncodedValue();
        _signature = certificate.ReadBitString(out int unusedBits);
        certificate.ThrowIfNotEmpty();
        if (unusedBits != 0)
            throw new MalformedMessageException("A certificate signature that is not whole bytes.");

        var version = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (body.PeekTag().HasSameClassAndValue(version))
            body.ReadSequence(version);
        body.ReadIntegerBytes(); // Serial number.
        RequireSha256WithRsa(body.PeekEncodedValue(), algorithm);
        body.ReadSequence(); // Signature algorithm.
        body.ReadSequence(); // Issuer.
        AsnReader validity = body.ReadSequence();
        NotBefore = ReadTime(validity);
        NotAfter = ReadTime(validity);
        body.ReadSequence(); // Subject.
        Key = RsaPublicKey.FromSubjectPublicKeyInfo(body.ReadEncodedValue());
        if (Key.Bits != KeyBits)
            throw new MalformedMessageException($"A relay identity key of {Key.Bits} bits.");
    }

    public RsaPublicKey Key { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    // DigestInfo of SHA-256 up to the digest itself. RFC 8017 §9.2, note 1.
    private static ReadOnlySpan<byte> Sha256DigestInfo =>
        [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

    /// <exception cref="MalformedMessageException">Too long, not an X.509 certificate in DER, or not of a 1024-bit RSA key.</exception>
    public static RsaIdentityCertificate Parse(ReadOnlyMemory<byte> der)
    {
        if (der.Length > MaxLength)
            throw new MalformedMessageException($"An identity certificate of {der.Length} bytes is too long.");
        try
        {
            return new RsaIdentityCertificate(der);
        }
        catch (AsnContentException e)
        {
            throw new MalformedMessageException("An identity certificate that is not DER.", e);
        }
    }

    /// <summary>Whether the certificate's own key signed it.</summary>
    public bool IsSelfSigned() => Key.VerifyDigest(_signature, [.. Sha256DigestInfo, .. _toBeSignedDigest]);

    /// <summary>Whether its dates allow this moment, give or take C tor's two and thirty days.</summary>
    public bool IsValidAt(DateTimeOffset now) => now >= NotBefore - FutureSlop && now <= NotAfter + PastSlop;

    /// <summary>Makes one, as relays do.</summary>
    public static byte[] Sign(RsaSigningKey key, DateTimeOffset notBefore, DateTimeOffset notAfter, TorRandom random)
    {
        byte[] serial = new byte[8];
        random.Fill(serial);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40); // Positive, and no leading zero.

        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                body.WriteInteger(2);
            body.WriteInteger(serial);
            WriteSignatureAlgorithm(body);
            WriteName(body);
            using (body.PushSequence())
            {
                body.WriteUtcTime(notBefore);
                body.WriteUtcTime(notAfter);
            }

            WriteName(body);
            key.PublicKey.WriteSubjectPublicKeyInfo(body);
        }

        byte[] toBeSigned = body.Encode();
        var certificate = new AsnWriter(AsnEncodingRules.DER);
        using (certificate.PushSequence())
        {
            certificate.WriteEncodedValue(toBeSigned);
            WriteSignatureAlgorithm(certificate);
            certificate.WriteBitString(key.SignDigest([.. Sha256DigestInfo, .. SHA256.HashData(toBeSigned)]));
        }

        return certificate.Encode();
    }

    // The outer copy is not covered by the signature, so it must say the same as the inner one. RFC 5280 §4.1.1.2.
    private static void RequireSha256WithRsa(ReadOnlyMemory<byte> signedCopy, ReadOnlyMemory<byte> outerCopy)
    {
        string algorithm = new AsnReader(signedCopy, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier();
        if (algorithm != Sha256WithRsaOid || !outerCopy.Span.SequenceEqual(signedCopy.Span))
            throw new MalformedMessageException("An identity certificate that is not signed with RSA and SHA-256.");
    }

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static void WriteSignatureAlgorithm(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Sha256WithRsaOid);
            writer.WriteNull();
        }
    }

    private static void WriteName(AsnWriter writer)
    {
        using (writer.PushSequence())
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("2.5.4.3"); // Common name.
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, "relay");
        }
    }
}
