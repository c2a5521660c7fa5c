using System.Buffers.Binary;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Links;

/// <summary>How many cells of one circuit wait in one outbox. The outbox's own, under its lock.</summary>
internal sealed class CircuitQuota
{
    public long Generation { get; set; }

    public int Waiting { get; set; }
}

/// <summary>
/// What waits to be sent on one link, as bytes: cells are copied in and leave together, so that nothing is allocated per cell. Bounded per
/// circuit and as a whole. Safe for concurrent use; one loop takes.
/// </summary>
#pragma warning disable CA1001 // A semaphore without a wait handle holds nothing.
internal sealed class LinkOutbox
#pragma warning restore CA1001
{
    // More than a circuit's window, so that only a peer that breaks the rules or never reads gets there.
    private const int MaxCellsPerCircuit = 1500;
    private const int MaxLength = 16 * 1024 * 1024;
    private const int WritableBelow = 512 * 1024;
    private const int SmallLength = 32 * CellLayout.CellLength;
    private const int LargestKept = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private byte[] _filling = [];
    private byte[] _taken = [];
    private int _length;
    private long _generation;
    private bool _takerWaits;
    private bool _closed;
    private TaskCompletionSource? _room;

    /// <summary>How many bytes have waited here at most; for tests that nobody makes a relay hold more.</summary>
    public int LargestLength { get; private set; }

    /// <summary>Appends one fixed cell.</summary>
    /// <param name="quota">The circuit's; null for cells of the link itself.</param>
    /// <returns>False when that is more than the circuit or the link may have waiting, or the link is closed.</returns>
    public bool TryAppend(CircuitQuota? quota, CircuitId id, ChannelCommand command, ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            if (_closed || _length + CellLayout.CellLength > MaxLength || !Count(quota))
                return false;
            Span<byte> cell = Reserve(CellLayout.CellLength);
            BinaryPrimitives.WriteUInt32BigEndian(cell, id.Value);
            cell[CellLayout.CommandOffset] = (byte)command;
            body.CopyTo(cell[CellLayout.BodyOffset..]);
            cell[(CellLayout.BodyOffset + body.Length)..].Clear();
            WakeTaker();
            return true;
        }
    }

    /// <summary>Completes when little enough waits that more may be produced; at once when that is so already.</summary>
    public Task RoomAsync()
    {
        lock (_lock)
        {
            return _closed || _length < WritableBelow
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Everything that waits, or nothing once the outbox is closed. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_closed)
                    return default;
                if (_length > 0)
                    return Swap();
                _takerWaits = true;
            }

            await _wake.WaitAsync();
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _filling = _taken = [];
            _length = 0;
            WakeTaker();
            _room?.TrySetResult();
        }
    }

    private bool Count(CircuitQuota? quota)
    {
        if (quota is null)
            return true;
        if (quota.Generation != _generation)
            (quota.Generation, quota.Waiting) = (_generation, 0);
        return ++quota.Waiting <= MaxCellsPerCircuit;
    }

    private Span<byte> Reserve(int count)
    {
        if (_filling.Length < _length + count)
            Array.Resize(ref _filling, Math.Max(SmallLength, (_length + count) * 2));
        _length += count;
        LargestLength = Math.Max(LargestLength, _length);
        return _filling.AsSpan(_length - count, count);
    }

    private ReadOnlyMemory<byte> Swap()
    {
        (byte[] full, int length) = (_filling, _length);
        // A burst is over some time; its memory need not stay.
        _filling = _taken.Length > LargestKept ? [] : _taken;
        _taken = full;
        _length = 0;
        _generation++;
        _room?.TrySetResult();
        _room = null;
        return full.AsMemory(0, length);
    }

    private void WakeTaker()
    {
        if (!_takerWaits)
            return;
        _takerWaits = false;
        _wake.Release();
    }
}
