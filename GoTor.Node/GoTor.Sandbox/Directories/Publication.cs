namespace GoTor.Sandbox.Directories;

/// <summary>One flavour of a consensus, and how to get to it from earlier ones. Immutable.</summary>
/// <param name="DiffsFrom">By SHA3-256 of the earlier one's signed part, in upper-case hexadecimal.</param>
internal sealed record PublishedConsensus(
    DateTimeOffset ValidAfter, PackedDocument Document, IReadOnlyDictionary<string, PackedDocument> DiffsFrom);

/// <summary>An authority's key certificate. Identity and key as upper-case hexadecimal.</summary>
internal sealed record PublishedCertificate(string Identity, string SigningKey, byte[] Text);

/// <summary>A relay's server descriptor. Identity and digest as upper-case hexadecimal.</summary>
internal sealed record PublishedDescriptor(string Identity, string Digest, byte[] Text);

/// <summary>Everything that the sandbox's directory serves at one time. Immutable.</summary>
/// <param name="Signers">The authorities' identities in upper-case hexadecimal.</param>
/// <param name="Microdescriptors">By digest in base64 without padding.</param>
internal sealed record Publication(
    PublishedConsensus Microdesc,
    PublishedConsensus Full,
    IReadOnlyList<string> Signers,
    IReadOnlyList<PublishedCertificate> Certificates,
    IReadOnlyDictionary<string, byte[]> Microdescriptors,
    IReadOnlyList<PublishedDescriptor> Descriptors);
