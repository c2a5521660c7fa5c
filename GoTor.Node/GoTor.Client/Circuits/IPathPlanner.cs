using GoTor.Client.Guards;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>A path that was chosen but not built yet. Its guard is held until the outcome is reported.</summary>
internal sealed record PlannedPath(GuardChoice Guard, IReadOnlyList<Relay> Relays, IReadOnlyList<HopTarget> Hops)
{
    public Relay Exit => Relays[^1];
}

/// <summary>A path, or why there is none. The text names options and counts, never relays.</summary>
internal readonly record struct PathPlan(PlannedPath? Path, string? Problem);

/// <summary>Chooses the relays of a circuit. Safe for concurrent use.</summary>
internal interface IPathPlanner
{
    /// <param name="needs">What the last hop must be able to do.</param>
    /// <param name="avoidExits">Exits that have just failed this request.</param>
    PathPlan Plan(CircuitNeeds needs, IReadOnlySet<RsaIdentity> avoidExits);
}
