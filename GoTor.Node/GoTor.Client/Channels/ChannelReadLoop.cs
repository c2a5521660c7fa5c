using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Channels;

/// <summary>
/// Takes cells off one channel and hands them to their circuits. It waits for nothing but the relay: a circuit that cannot take a cell
/// is destroyed. All cells of one read form a batch, at whose end each circuit concerned is told once.
/// </summary>
internal sealed class ChannelReadLoop(
    TorChannel channel, ChannelReader reader, CircuitTable circuits, ChannelTimer timer, ChannelMetrics metrics, ILogger logger)
{
    private readonly List<CircuitLink> _batch = [];
    private CircuitLink? _last;
    private int _cells;
    private int _padding;
    private int _stray;

    public async Task RunAsync(CancellationToken stopping)
    {
        // The handshake's last read may have brought the first cells.
        int bytes = reader.Pending.Length;
        do
        {
            if (TakeAll() > 0)
            {
                timer.CellPassed();
                metrics.BatchRead(bytes, _cells, _padding, _stray);
                EndBatch();
                bytes = 0;
            }

            int count = await reader.ReadMoreAsync(stopping);
            if (count == 0)
                return;
            reader.Arrived(count);
            bytes += count;
        }
        while (!stopping.IsCancellationRequested);
    }

    private int TakeAll()
    {
        _cells = _padding = _stray = 0;
        ReadOnlySpan<byte> pending = reader.Pending;
        try
        {
            while (reader.Framer.TryRead(ref pending, out FramedCell cell))
            {
                _cells++;
                switch (OpenChannelRules.Judge(cell.Command, cell.CircuitId))
                {
                    case CellVerdict.ToCircuit:
                        Deliver(cell);
                        break;
                    case CellVerdict.Padding:
                        _padding++;
                        break;
                    default:
                        _stray++;
                        break;
                }
            }
        }
        catch (ChannelViolationException)
        {
            // What came before the violation was in order.
            EndBatch();
            throw;
        }

        reader.Keep(pending.Length);
        return _cells;
    }

    private void Deliver(FramedCell cell)
    {
        if (Find(cell.CircuitId) is not { DestroyedByPeer: false } link)
        {
            // Ours was on its way to the relay while this was on its way to us; or it never was. Neither harms.
            _stray++;
            return;
        }

        // Only a relay that wants to mark a circuit for an accomplice sends these towards clients. tor-spec §5.6.
        if (cell.Command == ChannelCommand.RelayEarly)
        {
            Condemn(link);
            return;
        }

        if (cell.Command == ChannelCommand.Destroy)
            link.DestroyedByPeer = true;
        CellBuffer buffer = CellBuffer.Rent();
        cell.Whole.CopyTo(buffer.Span);
        if (!link.Inbox.TryDeliver(buffer))
        {
            buffer.Dispose();
            link.Close(destroyedByPeer: false);
        }
        else if (!link.InBatch)
        {
            link.InBatch = true;
            _batch.Add(link);
        }
    }

    // Cells come in runs of one circuit.
    private CircuitLink? Find(CircuitId id)
    {
        if (_last is { IsClosed: false } last && last.Id == id)
            return last;
        return _last = circuits.Find(id);
    }

    private void Condemn(CircuitLink link)
    {
        ChannelLog.CircuitViolation(logger, channel.Number, "RELAY_EARLY towards a client");
        metrics.CircuitViolation();
        if (link.InBatch)
        {
            link.InBatch = false;
            _batch.Remove(link);
            link.Inbox.DeliveryPaused();
        }

        if (link.IsClosed)
            return;
        link.Close(destroyedByPeer: false);
        link.Inbox.ChannelClosed(ChannelEnd.Violation);
    }

    private void EndBatch()
    {
        foreach (CircuitLink link in _batch)
        {
            link.InBatch = false;
            link.Inbox.DeliveryPaused();
        }

        _batch.Clear();
    }
}
