using System.Security.Cryptography;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Links;

/// <summary>What a relay that connects to another shows for itself: CERTS and AUTHENTICATE. Immutable.</summary>
/// <param name="exported">What TLS exported for this connection.</param>
internal sealed class LinkProof(RelayKeys keys, byte[] exported, DateTimeOffset now)
{
    /// <summary>What the export must be bound to.</summary>
    public static byte[] ContextOf(RelayKeys keys) => Party(keys).Digest;

    /// <param name="versions">What we have sent so far.</param>
    /// <param name="heard">SHA-256 of what the responder has sent, up to and with AUTH_CHALLENGE.</param>
    public byte[] Write(ReadOnlySpan<byte> versions, LinkParty responder, ReadOnlySpan<byte> heard, ReadOnlySpan<byte> tlsCertificate)
    {
        using Ed25519KeyPair key = Ed25519KeyPair.Generate(TorRandom.Secure);
        byte[] certs = LinkCells.Wide(keys.MakeInitiatorCerts(key.PublicKey, now));
        AuthenticateMessage authenticate = LinkAuthentication.Make(
            Party(keys), responder, heard, SHA256.HashData([.. versions, .. certs]), SHA256.HashData(tlsCertificate), exported, key, TorRandom.Secure);
        return [.. certs, .. LinkCells.Wide(authenticate)];
    }

    private static LinkParty Party(RelayKeys keys) => new(keys.Rsa.PublicKey, keys.Identity.PublicKey);
}
