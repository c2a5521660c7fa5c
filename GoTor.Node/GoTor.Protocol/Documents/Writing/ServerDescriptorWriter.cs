using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents.Writing;

/// <summary>The keys that sign a relay's descriptor.</summary>
/// <param name="Tap">Of a handshake that is dead; see <see cref="RelayDraft.TapOnionKey"/>.</param>
internal sealed record ServerDescriptorKeys(
    RsaSigningKey Rsa, Ed25519KeyPair Identity, Ed25519KeyPair Signing, NtorOnionKey Onion, RsaSigningKey Tap);

/// <summary>What a relay says of itself, signed with all its keys. dir-spec §2.1.1.</summary>
internal static class ServerDescriptorWriter
{
    private const int BytesPerKilobyte = 1000;

    private static readonly TimeSpan CertificatesLast = TimeSpan.FromDays(30);

    /// <param name="digest">What the old flavour of the consensus names it by.</param>
    public static byte[] Write(RelayDraft relay, ServerDescriptorKeys keys, out RsaIdentity digest)
    {
        DateTimeOffset expires = relay.Published + CertificatesLast;
        var text = new StringBuilder();
        text.Append("router ").Append(relay.Nickname).Append(' ').Append(relay.OrPort.Address).Append(' ').Append(relay.OrPort.Port).Append(" 0 0\n");
        AppendCertificate(text, "identity-ed25519", Ed25519Certificate.Sign(
            CertificateType.IdentityToSigning, CertifiedKeyType.Ed25519, keys.Signing.PublicKey.AsSpan(), expires, keys.Identity, includeSigner: true));
        text.Append("master-key-ed25519 ").Append(relay.Ed25519Identity).Append('\n');
        text.Append("platform Tor 0.4.9.11 on GoTor\n");
        text.Append("proto ").Append(relay.Protocols).Append('\n');
        text.Append("published ").Append(FieldText.FormatTime(relay.Published)).Append('\n');
        text.Append("fingerprint ").AppendJoin(' ', relay.RsaIdentity.ToString().Chunk(4).Select(four => new string(four))).Append('\n');
        text.Append("uptime 0\n");
        long bandwidth = (long)relay.Bandwidth * BytesPerKilobyte;
        text.Append("bandwidth ").AppendJoin(' ', bandwidth, bandwidth, bandwidth).Append('\n');
        text.Append("onion-key\n").Append(TextObject.Encode("RSA PUBLIC KEY", keys.Tap.PublicKey.Der.Span));
        byte[] crossCertified = [.. relay.RsaIdentity.AsSpan(), .. relay.Ed25519Identity.AsSpan()];
        text.Append("onion-key-crosscert\n").Append(TextObject.Encode("CROSSCERT", keys.Tap.SignDigest(crossCertified)));
        text.Append("signing-key\n").Append(TextObject.Encode("RSA PUBLIC KEY", keys.Rsa.PublicKey.Der.Span));
        AppendCertificate(text, $"ntor-onion-key-crosscert {keys.Onion.SignBit}", Ed25519Certificate.Sign(
            CertificateType.NtorOnionKeyToIdentity, CertifiedKeyType.Ed25519, keys.Identity.PublicKey.AsSpan(), expires, keys.Onion.Signing, includeSigner: false));
        if ((relay.Flags & RelayFlags.HSDir) != 0)
            text.Append("hidden-service-dir\n");
        text.Append("ntor-onion-key ").Append(Convert.ToBase64String(relay.NtorOnionKey.Span)).Append('\n');
        text.Append(relay.ExitPolicy is null ? "reject *:*\n" : "accept *:*\n");
        text.Append("tunnelled-dir-server\n");

        text.Append("router-sig-ed25519 ");
        byte[] toSign = SHA256.HashData([.. "Tor router descriptor signature v1"u8, .. Encoding.ASCII.GetBytes(text.ToString())]);
        text.Append(Convert.ToBase64String(keys.Signing.Sign(toSign)).TrimEnd('=')).Append('\n');
        text.Append("router-signature\n");
        digest = new RsaIdentity(SHA1.HashData(Encoding.ASCII.GetBytes(text.ToString())));
        text.Append(TextObject.Encode("SIGNATURE", keys.Rsa.SignDigest(digest.AsSpan())));
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static void AppendCertificate(StringBuilder text, string item, byte[] certificate) =>
        text.Append(item).Append('\n').Append(TextObject.Encode("ED25519 CERT", certificate));
}
