using GoTor.Protocol.Cells;

namespace GoTor.Client.Channels;

/// <summary>
/// What waits to be sent on one channel: a queue per circuit, served in turns, and the channel's own cells, served first. Bounded by
/// those who ask <see cref="IsWritable"/> before they send. Safe for concurrent use; one loop gathers.
/// </summary>
internal sealed class ChannelOutbox
{
    // Two full batches of the write loop: the circuit refills one while the other is on its way.
    private const int CircuitFull = 128;
    private const int CircuitRoom = 64;

    // A relay that does not read must not cost more than a megabyte, however many circuits it has.
    private const int ChannelFull = 2048;
    private const int ChannelRoom = 1024;

    private readonly Lock _lock = new();
    private readonly WakeSignal _wake = new();
    private readonly Queue<CellBuffer> _control = new();
    private readonly Queue<CircuitLink> _turns = new();
    private readonly List<CircuitLink> _blocked = [];
    private int _queued;
    private TaskCompletionSource? _flushed;
    private bool _closed;

    public bool IsEmpty => Volatile.Read(ref _queued) == 0;

    /// <summary>Cells that wait, the channel's own and those of circuits.</summary>
    public int Count => Volatile.Read(ref _queued);

    public bool IsWritable(CircuitLink link)
    {
        lock (_lock)
        {
            if (link.Waiting.Count < CircuitFull && _queued < ChannelFull)
                return true;
            if (!link.IsBlocked)
            {
                link.IsBlocked = true;
                _blocked.Add(link);
            }

            return false;
        }
    }

    public void Enqueue(CircuitLink link, CellBuffer cell)
    {
        lock (_lock)
        {
            if (!_closed && !link.IsClosed)
            {
                link.Waiting.Enqueue(cell);
                _queued++;
                if (link.Waiting.Count == 1)
                    _turns.Enqueue(link);
                cell = null!;
            }
        }

        if (cell is null)
            _wake.Wake();
        else
            cell.Dispose();
    }

    /// <summary>Queues a cell of the channel itself, ahead of all circuits.</summary>
    public void EnqueueControl(CellBuffer cell)
    {
        lock (_lock)
        {
            if (_closed)
            {
                cell.Dispose();
                return;
            }

            _control.Enqueue(cell);
            _queued++;
        }

        _wake.Wake();
    }

    /// <summary>Drops what the circuit has waiting, and tells the relay about its end if it ever heard of it.</summary>
    public void CloseCircuit(CircuitLink link, bool sendDestroy)
    {
        lock (_lock)
        {
            _queued -= link.Waiting.Count;
            Empty(link.Waiting);
            _blocked.Remove(link);
            sendDestroy &= link.HasSent;
        }

        if (sendDestroy)
            EnqueueControl(link.MakeDestroy());
    }

    /// <summary>
    /// Copies as many whole cells as there are and fit, one from each circuit in turn.
    /// </summary>
    /// <param name="roomAgain">Gets the circuits that may send again; the caller tells them, without a lock.</param>
    /// <returns>The number of bytes; 0 when nothing waits, negative once the outbox is closed.</returns>
    public int Gather(Span<byte> destination, List<CircuitLink> roomAgain)
    {
        int length = 0;
        lock (_lock)
        {
            if (_closed)
                return -1;
            while (destination.Length - length >= CellLayout.CellLength && Next() is { } cell)
            {
                cell.Span.CopyTo(destination[length..]);
                cell.Dispose();
                length += CellLayout.CellLength;
            }

            if (_blocked.Count > 0 && _queued <= ChannelRoom)
                Unblock(roomAgain);
            // Whoever gathers has sent what it gathered before.
            if (length == 0)
                Flushed();
        }

        return length;
    }

    /// <summary>Completes when something may have been queued, or after <see cref="Close"/>.</summary>
    public ValueTask WaitAsync() => _wake.WaitAsync();

    /// <summary>Completes once everything that was queued has been sent, or the outbox is closed.</summary>
    public Task FlushAsync()
    {
        Task flushed;
        lock (_lock)
        {
            if (_closed)
                return Task.CompletedTask;
            _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            flushed = _flushed.Task;
        }

        _wake.Wake();
        return flushed;
    }

    /// <summary>Drops everything; what comes later is dropped too.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Empty(_control);
            while (_turns.TryDequeue(out CircuitLink? link))
                Empty(link.Waiting);
            _blocked.Clear();
            _queued = 0;
            Flushed();
        }

        _wake.Wake();
    }

    private static void Empty(Queue<CellBuffer> cells)
    {
        while (cells.TryDequeue(out CellBuffer? cell))
            cell.Dispose();
    }

    private void Flushed()
    {
        _flushed?.TrySetResult();
        _flushed = null;
    }

    private CellBuffer? Next()
    {
        if (_control.TryDequeue(out CellBuffer? cell))
        {
            _queued--;
            return cell;
        }

        while (_turns.TryDequeue(out CircuitLink? link))
        {
            // A circuit that was closed in the meantime has nothing left.
            if (!link.Waiting.TryDequeue(out cell))
                continue;
            _queued--;
            link.HasSent = true;
            if (link.Waiting.Count > 0)
                _turns.Enqueue(link);
            return cell;
        }

        return null;
    }

    private void Unblock(List<CircuitLink> roomAgain)
    {
        for (int i = _blocked.Count - 1; i >= 0; i--)
        {
            CircuitLink link = _blocked[i];
            if (link.Waiting.Count > CircuitRoom)
                continue;
            link.IsBlocked = false;
            _blocked.RemoveAt(i);
            roomAgain.Add(link);
        }
    }
}
