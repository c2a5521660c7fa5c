using GoTor.Client.Channels;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Testing.ScriptedRelay;

/// <summary>A few relays in memory that circuits can be built through with real crypto, without sockets. Give <see cref="OpenAsync"/> to a circuit builder.</summary>
internal sealed class ScriptedNetwork : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TorRandom _random = TorRandom.Secure;
    private readonly List<ScriptedLane> _lanes = [];
    private uint _lastId = CircuitId.InitiatorBit;

    public ScriptedNetwork(int hops = 3, bool ntorV3 = true) =>
        Hops = [.. Enumerable.Range(1, hops).Select(number => new ScriptedHop(_random, ntorV3, number))];

    public IReadOnlyList<ScriptedHop> Hops { get; }

    public IReadOnlyList<HopTarget> Path => [.. Hops.Select(hop => hop.Target)];

    /// <summary>Every circuit that was ever opened, in order.</summary>
    public IReadOnlyList<ScriptedLane> Lanes
    {
        get
        {
            lock (_gate)
                return [.. _lanes];
        }
    }

    /// <summary>Shapes the relay's side before the first cell arrives.</summary>
    public Action<ScriptedLane>? Prepare { get; set; }

    /// <summary>Fails to give a channel, when set.</summary>
    public ChannelEnd? ConnectFailure { get; set; }

    /// <summary>Which relays give no channel, when set.</summary>
    public Func<ScriptedHop, bool>? IsDown { get; set; }

    public Task<Func<ICircuitInbox, ICircuitLink>> OpenAsync(HopTarget relay, CancellationToken cancellationToken)
    {
        if (ConnectFailure is { } end)
            throw new ChannelException(end, "The scripted network is down.");
        ScriptedHop first = Find(relay.RsaIdentity!.Value) ?? throw new ChannelException(ChannelEnd.ConnectFailed, "No such relay.");
        if (IsDown?.Invoke(first) == true)
            throw new ChannelException(ChannelEnd.ConnectFailed, "The scripted relay is down.");
        return Task.FromResult<Func<ICircuitInbox, ICircuitLink>>(inbox => Open(first, inbox));
    }

    public void Dispose()
    {
        foreach (ScriptedLane lane in Lanes)
            lane.Circuit.Dispose();
        foreach (ScriptedHop hop in Hops)
            hop.Dispose();
    }

    private ScriptedLane Open(ScriptedHop first, ICircuitInbox inbox)
    {
        ScriptedLane lane;
        lock (_gate)
        {
            lane = new ScriptedLane(first, Find, _random, inbox, new CircuitId(++_lastId));
            _lanes.Add(lane);
        }

        Prepare?.Invoke(lane);
        return lane;
    }

    private ScriptedHop? Find(RsaIdentity identity) => Hops.FirstOrDefault(hop => hop.RsaIdentity == identity);
}
