using GoTor.Protocol.Cells;

namespace GoTor.Client.Channels;

/// <summary>
/// Sends what waits in the outbox. A single cell leaves at once; while the relay or the network is slower than the circuits, cells
/// gather and leave together, since a write costs the same for one cell as for sixty.
/// </summary>
internal sealed class ChannelWriteLoop(Stream stream, ChannelOutbox outbox, ChannelTimer timer, ChannelMetrics metrics)
{
    // 63 cells, just below two TLS records.
    private const int BatchLength = 32 * 1024 / CellLayout.CellLength * CellLayout.CellLength;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BatchLength);
    private readonly List<CircuitLink> _roomAgain = [];

    public async Task RunAsync(CancellationToken stopping)
    {
        // The outbox itself says when it is over: a wake-up for its end may be spent before the token is cancelled.
        while (outbox.Gather(_buffer, _roomAgain) is var length and >= 0)
        {
            TellRoomAgain();
            if (length == 0)
            {
                await outbox.WaitAsync();
                continue;
            }

            await stream.WriteAsync(_buffer.AsMemory(0, length), stopping);
            timer.CellPassed();
            metrics.BatchWritten(length, length / CellLayout.CellLength);
        }
    }

    private void TellRoomAgain()
    {
        foreach (CircuitLink link in _roomAgain)
            link.Inbox.ChannelWritable();
        _roomAgain.Clear();
    }
}
