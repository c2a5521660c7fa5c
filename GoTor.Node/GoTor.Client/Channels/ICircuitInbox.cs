namespace GoTor.Client.Channels;

/// <summary>What a channel knows of a circuit: somewhere to put its cells. Implemented by the circuit's reactor.</summary>
internal interface ICircuitInbox
{
    /// <summary>Called by the channel's read loop, which never waits for one circuit.</summary>
    /// <returns>False when over quota or closed: the caller keeps the cell, disposes it and destroys the circuit.</returns>
    bool TryDeliver(CellBuffer cell);

    /// <summary>The circuit's outgoing queue on the channel has room again. May be called from any thread.</summary>
    void ChannelWritable();

    /// <summary>The channel is gone, and with it the circuit. Called once, from any thread.</summary>
    void ChannelClosed(ChannelEnd end);
}
