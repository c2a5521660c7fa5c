using System.Collections.Concurrent;
using GoTor.Sandbox.Circuits;
using GoTor.Sandbox.Faults;

namespace GoTor.Sandbox.Links;

/// <summary>
/// Both ends of every link between relays of one sandbox are in this process: here the end that was accepted finds the end that connected.
/// Nothing of this exists in a real network, which is the point of having one. Safe for concurrent use.
/// </summary>
internal sealed class LinkRegistry
{
    private readonly ConcurrentDictionary<int, RelayLink> _byLocalPort = [];

    private readonly ConcurrentDictionary<(string, string), LinkFaults> _faults = [];

    /// <summary>What is, or shall be, wrong between two relays; the order of their names does not matter.</summary>
    public LinkFaults Faults(string one, string other) =>
        _faults.GetOrAdd(Pair(one, other), pair => new LinkFaults(() => Drop(pair)));

    /// <summary>Null when nothing is wrong, or the other end is no relay.</summary>
    public LinkFaults? FindFaults(RelayLink link) =>
        !_faults.IsEmpty && PeerOf(link) is { } peer ? _faults.GetValueOrDefault(Pair(link.Relay.Nickname, peer)) : null;

    public void Add(RelayLink link)
    {
        if (link.IsInitiator)
            _byLocalPort[link.LocalPort] = link;
    }

    public void Remove(RelayLink link)
    {
        if (link.IsInitiator)
            _byLocalPort.TryRemove(KeyValuePair.Create(link.LocalPort, link));
    }

    /// <summary>The end of the member that opened this link; null when it was none.</summary>
    public RelayLink? FindOtherEnd(RelayLink accepted) => _byLocalPort.GetValueOrDefault(accepted.RemotePort);

    /// <summary>The nicknames of the relays that a circuit goes through, guard first, up to the one that asks.</summary>
    public IReadOnlyList<string> Trace(RelayCircuit circuit)
    {
        List<string> path = [circuit.Relay.Nickname];
        while (_byLocalPort.TryGetValue(circuit.Previous.RemotePort, out RelayLink? link)
            && link.Find(circuit.PreviousId).Circuit is { } before)
        {
            circuit = before;
            path.Insert(0, circuit.Relay.Nickname);
        }

        return path;
    }

    private static (string First, string Second) Pair(string one, string other) =>
        string.CompareOrdinal(one, other) <= 0 ? (one, other) : (other, one);

    private string? PeerOf(RelayLink link) =>
        link.IsInitiator ? link.PeerNickname : FindOtherEnd(link)?.Relay.Nickname;

    private void Drop((string, string) pair)
    {
        foreach (RelayLink link in _byLocalPort.Values)
        {
            if (PeerOf(link) is { } peer && Pair(link.Relay.Nickname, peer) == pair)
                link.Close();
        }
    }
}
