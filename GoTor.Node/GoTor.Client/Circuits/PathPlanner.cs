using System.Net;
using GoTor.Client.Directory;
using GoTor.Client.Guards;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>Puts the rules of path selection and the guards together: exit first, then guard, then middle. path-spec §2.2.</summary>
internal sealed class PathPlanner(INetworkSource network, GuardManager guards, TorRandom random) : IPathPlanner
{
    private readonly Lock _lock = new();
    private PathSelector? _selector;

    public PathPlan Plan(CircuitNeeds needs, IReadOnlySet<RsaIdentity> avoidExits)
    {
        if (SelectorFor(network.Current) is not { } selector)
            return new PathPlan(null, null);
        RelayChoice exit = selector.ChooseExit(needs.ToExitRequest(avoidExits));
        if (exit.Relay is null)
            return new PathPlan(null, exit.Failure);
        if (guards.Pick(GuardUsage.Traffic, GuardRestriction.ForExit(exit.Relay)) is not { } guard)
            return new PathPlan(null, null);
        RelayChoice middle = selector.ChooseMiddle([guard.Relay, exit.Relay], needs.Stable);
        if (middle.Relay is null)
        {
            guards.ReportAbandoned(guard);
            return new PathPlan(null, middle.Failure);
        }

        Relay[] relays = [guard.Relay, middle.Relay, exit.Relay];
        return new PathPlan(
            new PlannedPath(guard, relays, [HopOf(guard.Relay, guard.OrPorts), HopOf(middle.Relay), HopOf(exit.Relay)]), null);
    }

    /// <summary>How to reach a relay through other relays: at all addresses that it has.</summary>
    public static HopTarget HopOf(Relay relay) => HopOf(relay, relay.OrPortV6 is { } v6 ? [relay.OrPort, v6] : [relay.OrPort]);

    /// <summary>How to reach a first hop: at the addresses that our options allow. Without a descriptor it has no key, and CREATE_FAST serves.</summary>
    public static HopTarget HopOf(Relay relay, IReadOnlyList<IPEndPoint> orPorts) => new()
    {
        RsaIdentity = relay.RsaIdentity,
        Ed25519Identity = relay.Ed25519Identity,
        OrPorts = orPorts,
        NtorOnionKey = relay.Microdescriptor?.NtorOnionKey ?? default,
        Protocols = relay.Protocols,
    };

    private PathSelector? SelectorFor(NetworkSnapshot? snapshot)
    {
        lock (_lock)
        {
            PathConstraints constraints = guards.Constraints;
            if (snapshot is not null && (!ReferenceEquals(_selector?.Network, snapshot) || !ReferenceEquals(_selector.Constraints, constraints)))
                _selector = new PathSelector(snapshot, constraints, random);
            return snapshot is null ? null : _selector;
        }
    }
}
