using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// A network consensus of the microdesc flavor as it was parsed. dir-spec §3.4.1, §3.9.2. Parsed is not believed: only
/// <see cref="ConsensusVerifier"/> says whether enough authorities signed it. Immutable.
/// </summary>
internal sealed class Consensus
{
    /// <summary>The method that the authorities computed it by.</summary>
    public required int Method { get; init; }

    public required ConsensusLifetime Lifetime { get; init; }

    /// <summary>Time for votes and for signatures, in seconds.</summary>
    public required (int Vote, int Distribution) VotingDelay { get; init; }

    /// <summary>Versions of C tor that clients should run, separated by commas.</summary>
    public required string ClientVersions { get; init; }

    public required IReadOnlyList<string> KnownFlags { get; init; }

    /// <summary>A client that lacks one of these must stop using the network. See <see cref="RequiredProtocols"/>.</summary>
    public required ProtocolVersions RequiredClientProtocols { get; init; }

    public required ProtocolVersions RecommendedClientProtocols { get; init; }

    public required ProtocolVersions RequiredRelayProtocols { get; init; }

    public required ProtocolVersions RecommendedRelayProtocols { get; init; }

    public required IReadOnlyDictionary<string, int> Parameters { get; init; }

    public SharedRandomValue? PreviousSharedRandom { get; init; }

    public SharedRandomValue? CurrentSharedRandom { get; init; }

    public required IReadOnlyList<DirectorySource> Sources { get; init; }

    /// <summary>Sorted by identity, each once.</summary>
    public required IReadOnlyList<RouterStatus> Relays { get; init; }

    /// <summary>Empty when the authorities computed none.</summary>
    public required IReadOnlyDictionary<string, int> BandwidthWeights { get; init; }

    /// <summary>Signatures with algorithms that we know, as they came: anyone may have written them.</summary>
    public required IReadOnlyList<DirectorySignature> Signatures { get; init; }

    /// <summary>How many bytes from the start are signed: up to and with the space after the first "directory-signature".</summary>
    public required int SignedLength { get; init; }

    /// <summary>SHA-1 of the signed part; empty when no signature uses it.</summary>
    public required ReadOnlyMemory<byte> SignedSha1 { get; init; }

    /// <summary>SHA-256 of the signed part; empty when no signature uses it.</summary>
    public required ReadOnlyMemory<byte> SignedSha256 { get; init; }

    /// <exception cref="MalformedMessageException">
    /// Not a whole, well-formed microdesc consensus. Signatures are not looked into.
    /// </exception>
    public static Consensus Parse(ReadOnlySpan<byte> text) => ConsensusParser.Parse(text);
}
