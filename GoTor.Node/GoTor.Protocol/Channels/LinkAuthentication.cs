using System.Security.Cryptography;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Channels;

/// <summary>One of the two relays of a link, by both of its identities.</summary>
internal sealed record LinkParty(RsaPublicKey Rsa, Ed25519Identity Ed25519)
{
    /// <summary>SHA-256 of the RSA key, the name that AUTHENTICATE uses.</summary>
    public byte[] Digest => SHA256.HashData(Rsa.Der.Span);
}

/// <summary>How a relay that connected proves who it is: it signs all that makes this connection different from every other.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#Ed25519-SHA256-RFC5705</remarks>
internal static class LinkAuthentication
{
    /// <summary>What TLS is asked to export, with the digest of the initiator as context. RFC 5705.</summary>
    public const string ExporterLabel = "EXPORTER FOR TOR TLS CLIENT BINDING AUTH0003";

    public const int ExportedLength = 32;

    private const int NonceLength = 24;
    private const int SignedLength = 8 + 8 * 32 + NonceLength;

    /// <param name="initiator">The relay that connected.</param>
    /// <param name="responder">The relay that was connected to.</param>
    /// <param name="responderLog">SHA-256 of what the responder has sent, up to and with AUTH_CHALLENGE.</param>
    /// <param name="initiatorLog">SHA-256 of what the initiator has sent: VERSIONS and CERTS.</param>
    /// <param name="tlsCertificate">SHA-256 of the responder's TLS certificate.</param>
    /// <param name="exported">What TLS exported.</param>
    /// <param name="key">What CERTS names as authentication key.</param>
    /// <param name="random">For the nonce.</param>
    public static AuthenticateMessage Make(
        LinkParty initiator, LinkParty responder, ReadOnlySpan<byte> responderLog, ReadOnlySpan<byte> initiatorLog,
        ReadOnlySpan<byte> tlsCertificate, ReadOnlySpan<byte> exported, Ed25519KeyPair key, TorRandom random)
    {
        byte[] authentication = new byte[SignedLength + Ed25519.SignatureLength];
        var writer = new WireWriter(authentication);
        writer.WriteBytes("AUTH0003"u8);
        writer.WriteBytes(initiator.Digest);
        writer.WriteBytes(responder.Digest);
        writer.WriteBytes(initiator.Ed25519.AsSpan());
        writer.WriteBytes(responder.Ed25519.AsSpan());
        writer.WriteBytes(responderLog);
        writer.WriteBytes(initiatorLog);
        writer.WriteBytes(tlsCertificate);
        writer.WriteBytes(exported);
        random.Fill(writer.Take(NonceLength));
        key.Sign(writer.WrittenSpan, authentication.AsSpan(SignedLength));
        return new AuthenticateMessage(AuthenticateMessage.Ed25519, authentication);
    }
}
