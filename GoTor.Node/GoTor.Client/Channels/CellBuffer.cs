using System.Buffers.Binary;
using System.Collections.Concurrent;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Channels;

/// <summary>
/// One fixed cell of 514 bytes from the pool. A parameter of this type hands over ownership; whoever owns it last disposes it,
/// also on the failure path.
/// </summary>
internal sealed class CellBuffer : IDisposable
{
    private const int MaxPooled = 4096;
    private const int MaxPooledPerThread = 128;
    private static readonly ConcurrentQueue<CellBuffer> Pool = new();
    private static int _pooled;
    private static int _rented;

    // A circuit works its cells off on the thread that read them: most cells never leave it.
    [ThreadStatic]
    private static CellBuffer? _mine;

    [ThreadStatic]
    private static int _mineCount;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(CellLayout.CellLength);
    private int _free;
    private CellBuffer? _next;

    private CellBuffer()
    {
    }

    /// <summary>Cells that someone owns at the moment: tests fail when it does not return to where it was.</summary>
    public static int RentedCount => Volatile.Read(ref _rented);

    public Span<byte> Span => _bytes;

    public Memory<byte> Memory => _bytes;

    public Span<byte> Body => _bytes.AsSpan(CellLayout.BodyOffset);

    public CircuitId CircuitId
    {
        get => new(BinaryPrimitives.ReadUInt32BigEndian(_bytes));
        set => BinaryPrimitives.WriteUInt32BigEndian(_bytes, value.Value);
    }

    public ChannelCommand Command
    {
        get => (ChannelCommand)_bytes[CellLayout.CommandOffset];
        set => _bytes[CellLayout.CommandOffset] = (byte)value;
    }

    /// <summary>A cell with unspecified content.</summary>
    public static CellBuffer Rent()
    {
        Interlocked.Increment(ref _rented);
        if (_mine is { } mine)
        {
            _mine = mine._next;
            _mineCount--;
            mine._next = null;
            mine._free = 0;
            return mine;
        }

        if (!Pool.TryDequeue(out CellBuffer? cell))
            return new CellBuffer();
        Interlocked.Decrement(ref _pooled);
        cell._free = 0;
        return cell;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _free, 1) != 0)
            return;
        Interlocked.Decrement(ref _rented);
        if (_mineCount < MaxPooledPerThread)
        {
            _next = _mine;
            _mine = this;
            _mineCount++;
        }
        else if (Interlocked.Increment(ref _pooled) <= MaxPooled)
        {
            Pool.Enqueue(this);
        }
        else
        {
            Interlocked.Decrement(ref _pooled);
        }
    }
}
