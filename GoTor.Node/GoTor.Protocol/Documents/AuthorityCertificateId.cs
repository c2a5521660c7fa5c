using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>Names one certificate of one authority, as <c>/tor/keys/fp-sk/IDENTITY-SIGNINGKEY</c> asks for it.</summary>
/// <param name="Identity">SHA-1 of the authority's identity key.</param>
/// <param name="SigningKey">SHA-1 of the signing key that it certifies.</param>
internal readonly record struct AuthorityCertificateId(RsaIdentity Identity, RsaIdentity SigningKey)
{
    public override string ToString() => $"{Identity}-{SigningKey}";
}
