using System.Buffers;

namespace GoTor.Client.Streams;

/// <summary>
/// The bytes of one stream on their way from the application to the circuit's reactor: a ring from the array pool, given back
/// whenever it is empty, so that idle streams hold nothing. One writer appends; the reactor takes.
/// </summary>
internal sealed class SendBuffer : IDisposable
{
    /// <summary>A writer waits beyond this many bytes.</summary>
    public const int Limit = 64 * 1024;

    private const int SmallLength = 4 * 1024;

    private readonly Lock _gate = new();
    private readonly AsyncSignal _room = new();
    private byte[] _ring = [];
    private int _start;
    private int _count;
    private long _total;
    private bool _closed;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes that the application has ever written.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <returns>How many bytes fitted; -1 when the stream is over.</returns>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_closed)
                return -1;
            int length = Math.Min(bytes.Length, Limit - _count);
            if (length <= 0)
                return 0;
            _total += length;
            EnsureRoomFor(_count + length);
            int end = (_start + _count) % _ring.Length;
            int first = Math.Min(length, _ring.Length - end);
            bytes[..first].CopyTo(_ring.AsSpan(end));
            bytes[first..length].CopyTo(_ring);
            Volatile.Write(ref _count, _count + length);
            return length;
        }
    }

    /// <summary>Fills <paramref name="destination"/>, which the caller has sized by <see cref="Count"/>.</summary>
    public void Take(Span<byte> destination)
    {
        bool wake;
        lock (_gate)
        {
            int first = Math.Min(destination.Length, _ring.Length - _start);
            _ring.AsSpan(_start, first).CopyTo(destination);
            _ring.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
            _start = (_start + destination.Length) % _ring.Length;
            int before = _count;
            Volatile.Write(ref _count, before - destination.Length);
            // Not for every cell: a writer that must wait is woken when there is room worth waking for.
            wake = before > Limit / 2 && _count <= Limit / 2;
            if (_count == 0)
                GiveBack();
        }

        if (wake)
            _room.Set();
    }

    /// <summary>Waits until there is room, or the stream is over.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    /// <summary>The stream is over: drops what is left and wakes the writer.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Volatile.Write(ref _count, 0);
            GiveBack();
        }

        _room.Set();
    }

    private void EnsureRoomFor(int length)
    {
        if (length <= _ring.Length)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(length <= SmallLength ? SmallLength : Limit);
        int first = Math.Min(_count, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(larger);
        _ring.AsSpan(0, _count - first).CopyTo(larger.AsSpan(first));
        GiveBack();
        _ring = larger;
    }

    private void GiveBack()
    {
        if (_ring.Length > 0)
            ArrayPool<byte>.Shared.Return(_ring);
        _ring = [];
        _start = 0;
    }
}
