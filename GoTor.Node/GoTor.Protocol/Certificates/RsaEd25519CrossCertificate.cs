using System.Security.Cryptography;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Certificates;

/// <summary>
/// Says that an Ed25519 identity acts for an RSA identity. Parsing proves nothing: ask <see cref="IsSignedBy"/> and
/// <see cref="IsExpiredAt"/>. Immutable.
/// </summary>
/// <remarks>https://spec.torproject.org/cert-spec.html#rsa-cross-cert</remarks>
internal sealed class RsaEd25519CrossCertificate
{
    private readonly byte[] _digest;
    private readonly byte[] _signature;

    private RsaEd25519CrossCertificate(ReadOnlySpan<byte> encoded)
    {
        var reader = new WireReader(encoded);
        Identity = new Ed25519Identity(reader.ReadBytes(Ed25519Identity.Length));
        ExpiresAt = ExpiryHours.Decode(reader.ReadUInt32());
        _digest = Digest(encoded[..^reader.Remaining]);
        _signature = reader.ReadBytes(reader.ReadByte()).ToArray();
        reader.ExpectEnd();
    }

    public Ed25519Identity Identity { get; }

    /// <summary>Valid until and at this moment.</summary>
    public DateTimeOffset ExpiresAt { get; }

    private static ReadOnlySpan<byte> Prefix => "Tor TLS RSA/Ed25519 cross-certificate"u8;

    /// <exception cref="MalformedMessageException">Cut short or too long.</exception>
    public static RsaEd25519CrossCertificate Parse(ReadOnlySpan<byte> encoded) => new(encoded);

    public bool IsSignedBy(RsaPublicKey signer) => signer.VerifyDigest(_signature, _digest);

    public bool IsExpiredAt(DateTimeOffset now) => now > ExpiresAt;

    /// <summary>Makes one, as relays do. The key has at most 2040 bits: the signature's length is one byte.</summary>
    public static byte[] Sign(Ed25519Identity identity, DateTimeOffset expiresAt, RsaSigningKey signer)
    {
        byte[] encoded = new byte[Ed25519Identity.Length + 4 + 1 + signer.PublicKey.SignatureLength];
        var writer = new WireWriter(encoded);
        writer.WriteBytes(identity.AsSpan());
        writer.WriteUInt32(ExpiryHours.Encode(expiresAt));
        byte[] signature = signer.SignDigest(Digest(writer.WrittenSpan));
        writer.WriteByte(checked((byte)signature.Length));
        writer.WriteBytes(signature);
        return encoded;
    }

    private static byte[] Digest(ReadOnlySpan<byte> signedPart) => SHA256.HashData([.. Prefix, .. signedPart]);
}
