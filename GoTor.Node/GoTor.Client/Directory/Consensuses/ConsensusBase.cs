using GoTor.Protocol.Documents;

namespace GoTor.Client.Directory.Consensuses;

/// <summary>What a request says of the consensus that we have.</summary>
/// <param name="SignedDigest">SHA3-256 of its signed part.</param>
internal sealed record ConsensusBase(ConsensusLifetime Lifetime, ReadOnlyMemory<byte> SignedDigest)
{
    public static ConsensusBase Of(Consensus consensus, ReadOnlySpan<byte> text) =>
        new(consensus.Lifetime, ConsensusDigest.OfSignedPart(text));
}
