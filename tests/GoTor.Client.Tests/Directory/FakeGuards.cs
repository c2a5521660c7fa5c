using System.Collections.Concurrent;
using GoTor.Client.Directory.Servers;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Directory;

/// <summary>The first relays with the Guard flag are our guards, and take turns.</summary>
internal sealed class FakeGuards(int count) : IDirectoryGuards
{
    private int _turns;

    public ConcurrentQueue<(RsaIdentity Guard, string Report)> Reports { get; } = new();

    public ConcurrentDictionary<RsaIdentity, bool> Down { get; } = new();

    /// <summary>Thrown by the next picks, for tests of what a failing neighbour does.</summary>
    public Func<Exception?> Fault { get; set; } = () => null;

    public IDirectoryGuard? Pick(NetworkSnapshot network, IReadOnlySet<RsaIdentity> avoid)
    {
        if (Fault() is { } fault)
            throw fault;
        Relay[] up = [.. Known(network).Where(relay => !Down.ContainsKey(relay.RsaIdentity))];
        int turn = up.Length == 0 ? 0 : _turns++ % up.Length;
        up = [.. up[turn..], .. up[..turn]];
        Relay? relay = up.FirstOrDefault(relay => !avoid.Contains(relay.RsaIdentity)) ?? up.FirstOrDefault();
        return relay is null ? null : new Picked(this, relay);
    }

    public bool AnyKnown(NetworkSnapshot network) => Known(network).Any();

    public bool LackDescriptors(NetworkSnapshot network) => Known(network).Any(relay => !relay.IsUsable);

    private IEnumerable<Relay> Known(NetworkSnapshot network) => network.Relays.Where(relay => relay.Has(RelayFlags.Guard)).Take(count);

    private sealed class Picked(FakeGuards guards, Relay relay) : IDirectoryGuard
    {
        public HopTarget Target { get; } = new() { RsaIdentity = relay.RsaIdentity, OrPorts = [relay.OrPort] };

        public void Succeeded() => guards.Reports.Enqueue((relay.RsaIdentity, "succeeded"));

        public void Unreachable()
        {
            guards.Down[relay.RsaIdentity] = true;
            guards.Reports.Enqueue((relay.RsaIdentity, "unreachable"));
        }

        public void ServedBadly() => guards.Reports.Enqueue((relay.RsaIdentity, "served badly"));

        public void Abandoned() => guards.Reports.Enqueue((relay.RsaIdentity, "abandoned"));
    }
}
