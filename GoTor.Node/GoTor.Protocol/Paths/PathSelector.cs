using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths.Guards;

namespace GoTor.Protocol.Paths;

/// <summary>
/// Chooses the relays of a path: the exit first, then (by the guards' rules) the guard, then the middle. No relay twice, no two of one
/// family or network. path-spec §2.2. One per network snapshot; safe for concurrent use when <paramref name="random"/> is.
/// </summary>
internal sealed class PathSelector(NetworkSnapshot network, PathConstraints constraints, TorRandom random)
{
    private readonly RelaySelector _relays = new(network, constraints);

    public NetworkSnapshot Network => network;

    public PathConstraints Constraints => constraints;

    /// <summary>Which relays may not stand in one path.</summary>
    public RelayDiversity Diversity { get; } = RelayDiversity.From(network.Parameters, constraints.EnforceDistinctSubnets);

    /// <summary>The last relay of a path out of the network.</summary>
    public RelayChoice ChooseExit(ExitRequest request) =>
        (DrawExit(request, Wanted(request.Stable)) ?? DrawExit(request, RelayFlags.None)) is { } exit
            ? RelayChoice.Of(exit)
            : RelayChoice.None(WhyNoExit(request));

    /// <summary>The last relay of a path that stays in the network: to test build times, later to onion services.</summary>
    public RelayChoice ChooseInternalEnd(bool stable = false) =>
        Draw(PathPosition.Middle, RelayFlags.None, stable, relay => !relay.Has(RelayFlags.MiddleOnly)) is { } end
            ? RelayChoice.Of(end)
            : RelayChoice.None($"no relay{Outside()} is usable");

    /// <summary>A relay between those already chosen.</summary>
    public RelayChoice ChooseMiddle(IReadOnlyList<Relay> others, bool stable = false) =>
        Draw(PathPosition.Middle, RelayFlags.None, stable, relay => !Diversity.ConflictsWithAny(relay, others)) is { } middle
            ? RelayChoice.Of(middle)
            : RelayChoice.None($"no usable relay{Outside()} is of another family and network than the rest of the path");

    /// <summary>A first hop without guards (UseEntryGuards 0).</summary>
    public RelayChoice ChooseFirstHop(GuardRestriction restriction, bool stable = false) =>
        Draw(PathPosition.Guard, RelayFlags.Guard, stable, relay => restriction.Allows(relay, Diversity)) is { } first
            ? RelayChoice.Of(first)
            : RelayChoice.None($"no relay can be our first hop{FirstHopOptions()}");

    /// <summary>A relay to ask for directory documents without guards. Excluded relays count unless StrictNodes is set.</summary>
    public RelayChoice ChooseDirectory(GuardRestriction restriction) =>
        _relays.Candidates(PathPosition.Directory, RelayFlags.None).Draw(random, relay => restriction.Allows(relay, Diversity)) is { } directory
            ? RelayChoice.Of(directory)
            : RelayChoice.None($"no directory server can be reached{FirstHopOptions()}");

    private static RelayFlags Wanted(bool stable) => stable ? RelayFlags.Fast | RelayFlags.Stable : RelayFlags.Fast;

    // C tor asks for Fast always and for Stable when it matters, and does without all of it where that leaves nothing.
    private Relay? Draw(PathPosition position, RelayFlags flags, bool stable, Func<Relay, bool> allows) =>
        _relays.Candidates(position, flags | Wanted(stable)).Draw(random, allows)
        ?? _relays.Candidates(position, RelayFlags.None).Draw(random, allows);

    private Relay? DrawExit(ExitRequest request, RelayFlags flags)
    {
        RelayTable table = request.Ports switch
        {
            [] => _relays.Candidates(PathPosition.Exit, flags),
            [ExitPort only] => _relays.Exits(only, flags),
            _ => _relays.ExitsForMost(request.Ports, flags),
        };
        return request is { Not.Count: 0, AwayFrom.Count: 0, Only: null }
            ? table.Draw(random)
            : table.Draw(random, relay => (request.Only is not { } only || relay.RsaIdentity == only)
                && !request.Not.Contains(relay.RsaIdentity) && !Diversity.ConflictsWithAny(relay, request.AwayFrom));
    }

    private string WhyNoExit(ExitRequest request)
    {
        string port = request.Ports switch
        {
            [] => "any port",
            [ExitPort only] => $"port {only.Port}{(only.IPv6 ? " over IPv6" : "")}",
            _ => $"any of the ports {string.Join(", ", request.Ports.Select(port => port.Port).Distinct())}",
        };
        string where = constraints.ExitNodes.IsEmpty ? "" : " in ExitNodes";
        string outside = (constraints.ExcludeNodes.IsEmpty, constraints.ExcludeExitNodes.IsEmpty) switch
        {
            (false, false) => " outside ExcludeNodes and ExcludeExitNodes",
            (true, false) => " outside ExcludeExitNodes",
            _ => Outside(),
        };
        if (request.Only is not null)
            return $"the exit that was asked for is not usable{outside}, or does not allow {port}";
        return $"no relay{where}{outside} allows {port}{(request.Not.Count > 0 ? " but those that have refused it" : "")}";
    }

    private string Outside() => constraints.ExcludeNodes.IsEmpty ? "" : " outside ExcludeNodes";

    private string FirstHopOptions()
    {
        List<string> options = [];
        if (!constraints.EntryNodes.IsEmpty)
            options.Add("EntryNodes");
        if (!constraints.ExcludeNodes.IsEmpty)
            options.Add("ExcludeNodes");
        if (constraints.ReachableAddresses != AddressPolicy.AcceptAll)
            options.Add("ReachableAddresses");
        if (!constraints.ClientUseIPv4)
            options.Add("ClientUseIPv4");
        if (!constraints.ClientUseIPv6)
            options.Add("ClientUseIPv6");
        return options.Count == 0 ? "" : $" within {string.Join(", ", options)}";
    }
}
