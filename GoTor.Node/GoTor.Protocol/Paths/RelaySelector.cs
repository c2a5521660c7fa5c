using System.Collections.Concurrent;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>
/// Draws relays of one network by bandwidth and position. Tables of candidates are made once for each position and filter and kept as
/// long as the network, so a draw takes microseconds. Safe for concurrent use.
/// </summary>
internal sealed class RelaySelector(NetworkSnapshot network, PathConstraints constraints)
{
    // More ports than this are looked at afresh each time: strangers choose the ports, memory is ours.
    private const int MaxExitTables = 64;

    private readonly ConcurrentDictionary<(PathPosition Position, RelayFlags Flags), RelayTable> _tables = new();
    private readonly ConcurrentDictionary<(ExitPort Port, RelayFlags Flags), RelayTable> _exits = new();

    public NetworkSnapshot Network => network;

    public PathConstraints Constraints => constraints;

    /// <summary>Relays that may be in the position and have all of <paramref name="flags"/>, which are asked for beyond Running and Valid.</summary>
    public RelayTable Candidates(PathPosition position, RelayFlags flags) =>
        _tables.TryGetValue((position, flags), out RelayTable? table)
            ? table
            : _tables.GetOrAdd((position, flags), Build(position, relay => relay.Has(flags) && IsAllowed(relay, position)));

    /// <summary>Exits that let streams leave to the port.</summary>
    public RelayTable Exits(ExitPort port, RelayFlags flags)
    {
        if (_exits.TryGetValue((port, flags), out RelayTable? table))
            return table;
        table = Build(PathPosition.Exit, relay => relay.Has(flags) && IsAllowed(relay, PathPosition.Exit) && port.IsAllowedBy(relay));
        return _exits.Count < MaxExitTables ? _exits.GetOrAdd((port, flags), table) : table;
    }

    /// <summary>Exits that allow as many of the ports as any exit does, when it is at least one.</summary>
    public RelayTable ExitsForMost(IReadOnlyList<ExitPort> ports, RelayFlags flags)
    {
        int most = 1;
        List<Relay> best = [];
        foreach (Relay relay in network.Relays)
        {
            if (!relay.Has(flags) || !IsAllowed(relay, PathPosition.Exit))
                continue;
            int allowed = ports.Count(port => port.IsAllowedBy(relay));
            if (allowed < most)
                continue;
            if (allowed > most)
                best.Clear();
            most = allowed;
            best.Add(relay);
        }

        return RelayTable.Build(best, network.Weights, PathPosition.Exit);
    }

    private RelayTable Build(PathPosition position, Func<Relay, bool> allows) =>
        RelayTable.Build(network.Relays.Where(allows), network.Weights, position);

    private bool IsAllowed(Relay relay, PathPosition position) =>
        relay.IsUsable
        && relay.Has(RelayFlags.Running | RelayFlags.Valid)
        && position switch
        {
            PathPosition.Guard => !relay.Has(RelayFlags.MiddleOnly) && constraints.AllowsAsFirstHop(relay),
            PathPosition.Directory => relay.Has(RelayFlags.V2Dir) && AllowsAsDirectory(relay),
            PathPosition.Exit => !relay.Has(RelayFlags.BadExit) && !relay.Has(RelayFlags.MiddleOnly)
                && relay.Microdescriptor is { } descriptor
                && (descriptor.ExitPolicy.AllowsAnything || descriptor.ExitPolicyV6.AllowsAnything)
                && constraints.AllowsAsExit(relay),
            _ => constraints.AllowsInPath(relay),
        };

    private bool AllowsAsDirectory(Relay relay) =>
        constraints.DiallableOrPorts(relay).Count > 0 && (!constraints.StrictNodes || constraints.AllowsInPath(relay));
}
