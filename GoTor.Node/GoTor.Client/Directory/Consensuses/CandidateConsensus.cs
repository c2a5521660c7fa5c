using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Documents;

namespace GoTor.Client.Directory.Consensuses;

/// <summary>A consensus that waits for certificates of its authorities.</summary>
/// <param name="Source">Who gave it; likely to have the certificates, too. Null when it comes from the cache.</param>
/// <param name="Since">Time of the monotonic clock.</param>
internal sealed record CandidateConsensus(
    Consensus Consensus, ReadOnlyMemory<byte> Text, DirectoryServer? Source, IReadOnlyList<AuthorityCertificateId> Missing, TimeSpan Since);
