using GoTor.Protocol.Wire;

namespace GoTor.Client.Channels;

/// <summary>A circuit's end of a channel: a reserved circuit id and a small outgoing queue. Used by one circuit reactor only.</summary>
internal interface ICircuitLink
{
    CircuitId Id { get; }

    /// <summary>False while the outgoing queue is full. <see cref="ICircuitInbox.ChannelWritable"/> says when that is over.</summary>
    bool IsWritable { get; }

    /// <summary>Queues a cell in order; the link fills in the circuit id. Takes ownership always, and drops the cell once the channel is gone.
    /// A caller that ignores <see cref="IsWritable"/> may overrun the limit by the few control cells of a circuit.</summary>
    void Send(CellBuffer cell);

    /// <summary>The relay never answered this circuit's first cell: the channel may be dead, and new circuits are given another.</summary>
    void ReportSilence();

    /// <summary>Sends DESTROY with reason NONE unless the peer destroyed the circuit first, and gives the id back. Idempotent.</summary>
    void Close(bool destroyedByPeer);
}
