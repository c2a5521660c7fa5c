using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Certificates;

/// <summary>
/// A certificate signed with an Ed25519 key. Parsing proves nothing: ask <see cref="IsSignedBy"/> and <see cref="IsExpiredAt"/>.
/// Immutable.
/// </summary>
/// <remarks>https://spec.torproject.org/cert-spec.html#ed-certs</remarks>
internal sealed class Ed25519Certificate
{
    private const byte Version = 1;
    private const byte SignedWithKeyExtension = 4;
    private const byte AffectsValidation = 1;

    private readonly ReadOnlyMemory<byte> _encoded;
    private readonly byte[] _certifiedKey;

    private Ed25519Certificate(ReadOnlyMemory<byte> encoded)
    {
        _encoded = encoded;
        var reader = new WireReader(encoded.Span);
        if (reader.ReadByte() is var version && version != Version)
            throw new MalformedMessageException($"An Ed25519 certificate of version {version}.");
        Type = (CertificateType)reader.ReadByte();
        ExpiresAt = ExpiryHours.Decode(reader.ReadUInt32());
        KeyType = (CertifiedKeyType)reader.ReadByte();
        _certifiedKey = reader.ReadBytes(Ed25519.KeyLength).ToArray();
        int extensions = reader.ReadByte();
        for (int i = 0; i < extensions; i++)
            ReadExtension(ref reader);
        reader.ReadBytes(Ed25519.SignatureLength);
        reader.ExpectEnd();
    }

    public CertificateType Type { get; }

    /// <summary>Valid until and at this moment.</summary>
    public DateTimeOffset ExpiresAt { get; }

    public CertifiedKeyType KeyType { get; }

    /// <summary>32 bytes: a key or a digest, depending on <see cref="Type"/> (old relays get <see cref="KeyType"/> wrong).</summary>
    public ReadOnlySpan<byte> CertifiedKey => _certifiedKey;

    /// <summary>The key that the certificate says it is signed with; null when it does not say.</summary>
    public Ed25519Identity? IncludedSigner { get; private set; }

    /// <exception cref="MalformedMessageException">
    /// Cut short, too long, another version, or an extension we do not know that affects validity.
    /// </exception>
    public static Ed25519Certificate Parse(ReadOnlyMemory<byte> encoded) => new(encoded);

    /// <summary>Whether <paramref name="signer"/> made it, and it does not name another.</summary>
    public bool IsSignedBy(Ed25519Identity signer) =>
        (IncludedSigner is null || IncludedSigner == signer)
        && Ed25519.Verify(signer, _encoded.Span[..^Ed25519.SignatureLength], _encoded.Span[^Ed25519.SignatureLength..]);

    public bool IsExpiredAt(DateTimeOffset now) => now > ExpiresAt;

    /// <summary>Makes a certificate, as relays and onion services do.</summary>
    /// <param name="type">What it is for.</param>
    /// <param name="keyType">What the 32 bytes are.</param>
    /// <param name="certifiedKey">32 bytes.</param>
    /// <param name="expiresAt">Rounded up to a full hour.</param>
    /// <param name="signer">The key that signs.</param>
    /// <param name="includeSigner">Whether to name that key in the certificate.</param>
    public static byte[] Sign(
        CertificateType type, CertifiedKeyType keyType, ReadOnlySpan<byte> certifiedKey, DateTimeOffset expiresAt, Ed25519KeyPair signer,
        bool includeSigner)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(certifiedKey.Length, Ed25519.KeyLength);
        byte[] encoded = new byte[40 + (includeSigner ? 36 : 0) + Ed25519.SignatureLength];
        var writer = new WireWriter(encoded);
        writer.WriteByte(Version);
        writer.WriteByte((byte)type);
        writer.WriteUInt32(ExpiryHours.Encode(expiresAt));
        writer.WriteByte((byte)keyType);
        writer.WriteBytes(certifiedKey);
        writer.WriteByte((byte)(includeSigner ? 1 : 0));
        if (includeSigner)
        {
            writer.WriteUInt16(Ed25519.KeyLength);
            writer.WriteByte(SignedWithKeyExtension);
            writer.WriteByte(0);
            writer.WriteBytes(signer.PublicKey.AsSpan());
        }

        signer.Sign(writer.WrittenSpan, encoded.AsSpan(writer.Written));
        return encoded;
    }

    private void ReadExtension(ref WireReader reader)
    {
        int length = reader.ReadUInt16();
        byte type = reader.ReadByte();
        byte flags = reader.ReadByte();
        ReadOnlySpan<byte> data = reader.ReadBytes(length);
        if (type == SignedWithKeyExtension)
        {
            if (IncludedSigner is not null)
                throw new MalformedMessageException("A certificate that names its signer twice.");
            IncludedSigner = new Ed25519Identity(data);
        }
        else if ((flags & AffectsValidation) != 0)
        {
            throw new MalformedMessageException($"A certificate whose validity depends on unknown extension {type}.");
        }
    }
}
