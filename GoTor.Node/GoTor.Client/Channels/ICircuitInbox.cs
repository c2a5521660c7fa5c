namespace GoTor.Client.Channels;

/// <summary>What a channel knows of a circuit: somewhere to put its cells. Implemented by the circuit's reactor.</summary>
internal interface ICircuitInbox
{
    /// <summary>
    /// Called by the channel's read loop, which never waits for one circuit. The cell is only queued:
    /// <see cref="DeliveryPaused"/> must follow before the loop waits for more bytes.
    /// </summary>
    /// <returns>False when over quota or closed: the caller keeps the cell, disposes it and destroys the circuit.</returns>
    bool TryDeliver(CellBuffer cell);

    /// <summary>
    /// The read loop has handed over every cell of this circuit that it had at hand. Called once per batch and circuit, on the thread
    /// that called <see cref="TryDeliver"/> and without holding a lock: the circuit works the batch off right there. It never waits.
    /// </summary>
    void DeliveryPaused();

    /// <summary>The circuit's outgoing queue on the channel has room again. May be called from any thread, without holding a lock.</summary>
    void ChannelWritable();

    /// <summary>
    /// The channel is gone, and with it the circuit. Called once, from any thread, without holding a lock. With
    /// <see cref="ChannelEnd.Violation"/> it may be this circuit alone that ends: the relay sent RELAY_EARLY towards us.
    /// </summary>
    void ChannelClosed(ChannelEnd end);
}
