using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Channels;

/// <summary>One circuit on one channel: its id, where its cells go, and what waits to be sent.</summary>
internal sealed class CircuitLink(CircuitId id, ICircuitInbox inbox, CircuitTable table, TorChannel channel, ChannelOutbox outbox)
    : ICircuitLink
{
    private int _closed;
    private volatile bool _destroyedByPeer;
    private bool _extends;

    public CircuitId Id => id;

    public ICircuitInbox Inbox => inbox;

    public bool IsWritable => outbox.IsWritable(this);

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>The relay has said DESTROY: whatever comes after it is stray, and it needs no DESTROY from us.</summary>
    public bool DestroyedByPeer
    {
        get => _destroyedByPeer;
        set => _destroyedByPeer = value;
    }

    /// <summary>The read loop's mark: this circuit got cells in the current batch.</summary>
    public bool InBatch { get; set; }

    /// <summary>The outbox's, under its lock.</summary>
    public Queue<CellBuffer> Waiting { get; } = new();

    /// <summary>The outbox's, under its lock.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>The outbox's, under its lock: the relay has heard of this circuit.</summary>
    public bool HasSent { get; set; }

    public void Send(CellBuffer cell)
    {
        // Only what goes further than the first relay travels in RELAY_EARLY: extensions first, so that RELAY after it is data.
        if (cell.Command == ChannelCommand.RelayEarly)
        {
            _extends = true;
            channel.StartPadding(usage: false);
        }
        else if (_extends && cell.Command == ChannelCommand.Relay)
        {
            channel.StartPadding(usage: true);
        }

        cell.CircuitId = id;
        outbox.Enqueue(this, cell);
    }

    public void ReportSilence() => channel.IsSilent = true;

    public void Close(bool destroyedByPeer)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        outbox.CloseCircuit(this, sendDestroy: !destroyedByPeer && !_destroyedByPeer);
        table.Remove(this);
    }

    /// <summary>The channel is gone.</summary>
    public void ChannelClosed(ChannelEnd end)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            inbox.ChannelClosed(end);
    }

    /// <summary>A DESTROY cell for the circuit. A client never says why.</summary>
    public CellBuffer MakeDestroy() => ChannelCells.Make(id, new DestroyMessage(DestroyReason.None));
}
