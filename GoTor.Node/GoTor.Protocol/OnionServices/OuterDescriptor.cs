using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>
/// The outer layer of an onion service's descriptor: all that a directory can read of it, checked as a directory checks it. Immutable.
/// </summary>
/// <remarks>https://spec.torproject.org/rend-spec/hsdesc-outer.html</remarks>
internal sealed class OuterDescriptor
{
    /// <summary>A descriptor is shorter than this. "HSV3MaxDescriptorSize".</summary>
    public const int MaxLength = 50_000;

    private const int SignatureTextLength = 86;

    // Salt and MAC, and something between them.
    private const int LeastEncrypted = 16 + OnionMac.Length + 1;

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(12);
    private static readonly byte[] SignaturePrefix = [.. "Tor onion service descriptor sig v3"u8];

    private OuterDescriptor(Ed25519Identity blindedId, TimeSpan lifetime, ulong revisionCounter)
    {
        (BlindedId, Lifetime, RevisionCounter) = (blindedId, lifetime, revisionCounter);
    }

    /// <summary>KP_hs_blind_id, by which clients ask for it.</summary>
    public Ed25519Identity BlindedId { get; }

    /// <summary>How long a directory keeps it.</summary>
    public TimeSpan Lifetime { get; }

    public ulong RevisionCounter { get; }

    /// <exception cref="MalformedMessageException">Not a descriptor that a directory may keep: format, size, certificate, or signature.</exception>
    public static OuterDescriptor Parse(ReadOnlySpan<byte> text, DateTimeOffset now)
    {
        if (text.Length >= MaxLength)
            throw new MalformedMessageException($"A descriptor of {text.Length} bytes.");
        var reader = new DocumentReader(text);
        Expect(ref reader, "hs-descriptor"u8, out DocumentItem item);
        if (!item.Arguments.SequenceEqual("3"u8))
            throw new MalformedMessageException("A descriptor of a version other than 3.");
        Expect(ref reader, "descriptor-lifetime"u8, out item);
        TimeSpan lifetime = ReadLifetime(item.Arguments);
        Expect(ref reader, "descriptor-signing-key-cert"u8, out item);
        Ed25519Certificate certificate = ReadCertificate(item, now);
        Expect(ref reader, "revision-counter"u8, out item);
        ulong revision = ReadNumber(item.Arguments);
        Expect(ref reader, "superencrypted"u8, out item);
        if (item.DecodeObject("MESSAGE"u8, MaxLength).Length < LeastEncrypted)
            throw new MalformedMessageException("A descriptor with nothing in it.");
        int signed = reader.Position;
        Expect(ref reader, "signature"u8, out item);
        CheckSignature(text[..signed], item.Arguments, certificate.CertifiedKey);
        if (reader.TryRead(out _))
            throw new MalformedMessageException("Something follows a descriptor's signature.");
        return new OuterDescriptor(certificate.IncludedSigner!.Value, lifetime, revision);
    }

    // Directories of the network take the items in any order. Services write them in this one.
    private static void Expect(ref DocumentReader reader, ReadOnlySpan<byte> keyword, out DocumentItem item)
    {
        if (!reader.TryRead(out item) || !item.Is(keyword))
            throw new MalformedMessageException("A descriptor whose items are not the ones that they should be.");
    }

    private static TimeSpan ReadLifetime(ReadOnlySpan<byte> text)
    {
        if (!FieldText.TryParseUInt32(text, out uint minutes) || TimeSpan.FromMinutes((long)minutes) > LongestLifetime)
            throw new MalformedMessageException("A descriptor that wants to be kept for too long.");
        return TimeSpan.FromMinutes((long)minutes);
    }

    private static Ed25519Certificate ReadCertificate(DocumentItem item, DateTimeOffset now)
    {
        Ed25519Certificate certificate = Ed25519Certificate.Parse(item.DecodeObject("ED25519 CERT"u8, MaxLength));
        if (certificate.Type != CertificateType.BlindedToDescriptorSigning
            || certificate.IncludedSigner is not { } blinded
            || certificate.IsExpiredAt(now)
            || !certificate.IsSignedBy(blinded))
        {
            throw new MalformedMessageException("A descriptor whose signing key nobody certifies.");
        }

        return certificate;
    }

    private static ulong ReadNumber(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= 20 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9') && ulong.TryParse(text, out ulong value)
            ? value
            : throw new MalformedMessageException("A revision counter that is no number.");

    private static void CheckSignature(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureLength];
        if (text.Length != SignatureTextLength
            || !Base64Text.TryDecodeFixed(text, signature)
            || !Ed25519.Verify(key, [.. SignaturePrefix, .. signed], signature))
        {
            throw new MalformedMessageException("A descriptor with a bad signature.");
        }
    }
}
