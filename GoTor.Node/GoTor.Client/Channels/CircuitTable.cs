using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Channels;

/// <summary>
/// The circuits of one channel by id. Ids are drawn by us at random, so that no peer can choose them to collide. Safe for concurrent
/// use.
/// </summary>
internal sealed class CircuitTable(TorRandom random)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, CircuitLink> _circuits = [];
    private bool _closed;

    /// <summary>Raised after the number of circuits changed, without a lock held.</summary>
    public event Action<int>? CountChanged;

    public int Count
    {
        get
        {
            lock (_lock)
                return _circuits.Count;
        }
    }

    /// <exception cref="ChannelException">The channel is closed, or no id is free.</exception>
    public CircuitLink Add(ICircuitInbox inbox, TorChannel channel, ChannelOutbox outbox)
    {
        CircuitLink link;
        int count;
        lock (_lock)
        {
            if (_closed)
                throw new ChannelException(ChannelEnd.ConnectionLost, "The channel is closed.");
            CircuitId id = CircuitIdRules.Choose(random, id => _circuits.ContainsKey(id.Value))
                ?? throw new ChannelException(ChannelEnd.ClosedByUs, "The channel has no free circuit id.");
            link = new CircuitLink(id, inbox, this, channel, outbox);
            _circuits.Add(id.Value, link);
            count = _circuits.Count;
        }

        CountChanged?.Invoke(count);
        return link;
    }

    public CircuitLink? Find(CircuitId id)
    {
        lock (_lock)
            return _circuits.GetValueOrDefault(id.Value);
    }

    public void Remove(CircuitLink link)
    {
        int count;
        lock (_lock)
        {
            if (!_circuits.Remove(link.Id.Value))
                return;
            count = _circuits.Count;
        }

        CountChanged?.Invoke(count);
    }

    /// <summary>Ends all circuits with the channel; no more can be added.</summary>
    public void CloseAll(ChannelEnd end)
    {
        CircuitLink[] links;
        lock (_lock)
        {
            _closed = true;
            links = [.. _circuits.Values];
            _circuits.Clear();
        }

        foreach (CircuitLink link in links)
            link.ChannelClosed(end);
    }
}
