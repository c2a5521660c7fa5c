using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>The digest that an authority signed. Signatures with others are left out while parsing.</summary>
internal enum SignatureAlgorithm
{
    Sha1,
    Sha256,
}

/// <summary>One authority's signature under a consensus, not verified yet. dir-spec §3.4.1.</summary>
/// <param name="Certificate">Which authority claims to have signed, and with which key.</param>
internal sealed record DirectorySignature(SignatureAlgorithm Algorithm, AuthorityCertificateId Certificate, ReadOnlyMemory<byte> Signature);
