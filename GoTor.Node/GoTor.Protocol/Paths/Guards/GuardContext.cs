using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>What the guard rules go by: the network, the options and the numbers. Immutable; a new network makes a new one.</summary>
internal sealed class GuardContext(NetworkSnapshot network, PathConstraints constraints, int numEntryGuards = 0)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    public NetworkSnapshot Network => network;

    public PathConstraints Constraints => constraints;

    public GuardParameters Parameters { get; } = GuardParameters.From(network.Parameters, numEntryGuards);

    public RelayDiversity Diversity { get; } = RelayDiversity.From(network.Parameters, constraints.EnforceDistinctSubnets);

    /// <summary>Fresh enough to learn from: a day of grace on both sides, as the clock may be wrong. Proposal 212.</summary>
    public bool IsReasonablyLive(DateTimeOffset now) => now >= network.ValidAfter - Tolerance && now <= network.ValidUntil + Tolerance;

    /// <summary>The network would have it as somebody's guard.</summary>
    public static bool IsPossibleGuard(Relay relay) =>
        relay.Has(RelayFlags.Guard | RelayFlags.Stable | RelayFlags.Fast | RelayFlags.Valid | RelayFlags.V2Dir)
        && !relay.Has(RelayFlags.MiddleOnly);
}
