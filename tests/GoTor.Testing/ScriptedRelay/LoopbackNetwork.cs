using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>
/// Relays in process with real sockets, TLS, link handshakes and relay crypto. A client connects to any of them; the first hop plays the
/// further ones of its circuits, each with that relay's own keys.
/// </summary>
internal sealed class LoopbackNetwork : IAsyncDisposable
{
    // Keys take their time to make, and the tests of one process may share them.
    private static readonly List<RelayKeys> Keys = [];

    public LoopbackNetwork(int nodes, TimeProvider? time = null) =>
        Nodes = [.. Enumerable.Range(0, nodes).Select(index => new LoopbackNode(KeysOf(index), time ?? TimeProvider.System, Find))];

    public IReadOnlyList<LoopbackNode> Nodes { get; private set; } = [];

    public IReadOnlyList<ScriptedHop> Hops => [.. Nodes.Select(node => node.Hop)];

    /// <summary>All relays in a row.</summary>
    public IReadOnlyList<HopTarget> Path => [.. Nodes.Select(node => node.Hop.Target)];

    public LoopbackNode this[RsaIdentity identity] => Nodes.Single(node => node.Hop.RsaIdentity == identity);

    public async ValueTask DisposeAsync()
    {
        foreach (LoopbackNode node in Nodes)
            await node.DisposeAsync();
    }

    private static RelayKeys KeysOf(int index)
    {
        lock (Keys)
        {
            while (Keys.Count <= index)
                Keys.Add(RelayKeys.Generate());
            return Keys[index];
        }
    }

    private ScriptedHop? Find(RsaIdentity identity) => Nodes.FirstOrDefault(node => node.Hop.RsaIdentity == identity)?.Hop;
}
