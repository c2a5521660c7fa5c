using System.Collections.Concurrent;
using GoTor.Protocol.OnionServices;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Circuits;

namespace GoTor.Sandbox.OnionServices;

/// <summary>
/// The circuits for which a relay is introduction or rendezvous point, by what the other side asks for. Every circuit in it is open, or
/// about to leave. Safe for concurrent use.
/// </summary>
internal sealed class OnionServicePoints
{
    private readonly ConcurrentDictionary<Ed25519Identity, RelayCircuit> _introductions = [];
    private readonly ConcurrentDictionary<RendezvousCookie, RelayCircuit> _rendezvous = [];

    /// <summary>Circuits of services that wait for clients, and of clients that wait for services.</summary>
    public int Count => _introductions.Count + _rendezvous.Count;

    /// <summary>A service that comes again has lost its old circuit, or will not use it any more.</summary>
    /// <returns>The circuit that is replaced, if there was one.</returns>
    public RelayCircuit? Add(in Ed25519Identity key, RelayCircuit service)
    {
        RelayCircuit? replaced = null;
        _introductions.AddOrUpdate(key, service, (_, old) =>
        {
            replaced = old;
            return service;
        });
        return replaced;
    }

    /// <returns>False when somebody waits with this cookie already.</returns>
    public bool TryAdd(in RendezvousCookie cookie, RelayCircuit client) => _rendezvous.TryAdd(cookie, client);

    public RelayCircuit? Find(in Ed25519Identity key) => _introductions.GetValueOrDefault(key);

    public RelayCircuit? Find(in RendezvousCookie cookie) => _rendezvous.GetValueOrDefault(cookie);

    public void Remove(in Ed25519Identity key, RelayCircuit service) => _introductions.TryRemove(KeyValuePair.Create(key, service));

    public void Remove(in RendezvousCookie cookie, RelayCircuit client) => _rendezvous.TryRemove(KeyValuePair.Create(cookie, client));
}
