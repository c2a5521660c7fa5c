using System.Net;
using System.Security.Cryptography;
using System.Text;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents.Writing;

/// <summary>
/// A directory authority that can sign: an identity key, a signing key, and a certificate between them. Only sandboxes and tests have
/// one. One caller at a time.
/// </summary>
internal sealed class DirectorySigner(string nickname, RsaSigningKey identityKey, RsaSigningKey signingKey, IPEndPoint orPort)
{
    public string Nickname { get; } = nickname;

    public IPEndPoint OrPort { get; } = orPort;

    public RsaIdentity V3Identity => identityKey.PublicKey.Fingerprint;

    public RsaIdentity SigningKeyDigest => signingKey.PublicKey.Fingerprint;

    public byte[] Sign(ReadOnlySpan<byte> digest) => signingKey.SignDigest(digest);

    /// <summary>The key certificate's text. dir-spec §3.1.</summary>
    /// <param name="claimedFingerprint">For a liar: somebody else's fingerprint over its own key.</param>
    /// <param name="crossCertified">For a thief of signing keys: what the signing key signed, if not this authority's identity.</param>
    public byte[] EncodeCertificate(
        DateTimeOffset published, DateTimeOffset expires, RsaIdentity? claimedFingerprint = null, RsaIdentity? crossCertified = null)
    {
        RsaIdentity fingerprint = claimedFingerprint ?? V3Identity;
        byte[] crossCertifiedDigest = (crossCertified ?? fingerprint).AsSpan().ToArray();
        var text = new StringBuilder();
        text.Append("dir-key-certificate-version 3\n");
        text.Append("fingerprint ").Append(fingerprint).Append('\n');
        text.Append("dir-key-published ").Append(FieldText.FormatTime(published)).Append('\n');
        text.Append("dir-key-expires ").Append(FieldText.FormatTime(expires)).Append('\n');
        text.Append("dir-identity-key\n").Append(TextObject.Encode("RSA PUBLIC KEY", identityKey.PublicKey.Der.Span));
        text.Append("dir-signing-key\n").Append(TextObject.Encode("RSA PUBLIC KEY", signingKey.PublicKey.Der.Span));
        text.Append("dir-key-crosscert\n").Append(TextObject.Encode("ID SIGNATURE", signingKey.SignDigest(crossCertifiedDigest)));
        text.Append("dir-key-certification\n");
        byte[] digest = SHA1.HashData(Encoding.ASCII.GetBytes(text.ToString()));
        text.Append(TextObject.Encode("SIGNATURE", identityKey.SignDigest(digest)));
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
