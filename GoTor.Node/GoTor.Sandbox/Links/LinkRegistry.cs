using System.Collections.Concurrent;
using GoTor.Sandbox.Circuits;

namespace GoTor.Sandbox.Links;

/// <summary>
/// Both ends of every link between relays of one sandbox are in this process: here the end that was accepted finds the end that connected.
/// Nothing of this exists in a real network, which is the point of having one. Safe for concurrent use.
/// </summary>
internal sealed class LinkRegistry
{
    private readonly ConcurrentDictionary<int, RelayLink> _byLocalPort = [];

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

    /// <summary>Whether a member opened this link that another accepted.</summary>
    public bool IsBetweenMembers(RelayLink accepted) => _byLocalPort.ContainsKey(accepted.RemotePort);

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
}
