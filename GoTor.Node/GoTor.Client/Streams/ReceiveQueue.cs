using GoTor.Client.Channels;

namespace GoTor.Client.Streams;

/// <summary>
/// The DATA cells of one stream on their way from the circuit's reactor to the application: each byte is copied once, out of its
/// cell into the reader's buffer. Bounded by the stream's window. The reactor adds; one reader takes.
/// </summary>
internal sealed class ReceiveQueue : IDisposable
{
    private readonly Lock _incomingGate = new();
    private readonly Lock _readerGate = new();
    private readonly AsyncSignal _changed = new();

    // Two lists that change places: the reactor fills one while the reader empties the other.
    private List<Piece> _incoming = [];
    private List<Piece> _reading = [];
    private int _readIndex;
    private int _readOffset;
    private int _waiting;
    private long _total;
    private bool _ended;
    private bool _discarding;

    private readonly record struct Piece(CellBuffer Cell, int Offset, int Length);

    /// <summary>Cells that the application has not finished yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Bytes that have ever arrived.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>Takes a cell's body from <paramref name="offset"/> on. Call <see cref="Wake"/> after a batch.</summary>
    public void Add(CellBuffer cell, int offset, int length)
    {
        lock (_incomingGate)
        {
            if (!_discarding)
            {
                _incoming.Add(new Piece(cell, offset, length));
                _total += length;
                Interlocked.Increment(ref _waiting);
                return;
            }
        }

        cell.Dispose();
    }

    /// <summary>The reader looks again.</summary>
    public void Wake() => _changed.Set();

    /// <summary>Nothing more will be added.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, true);
        _changed.Set();
    }

    /// <summary>Nobody will read any more: drops what is there and what comes.</summary>
    public void Dispose()
    {
        lock (_readerGate)
        {
            lock (_incomingGate)
            {
                _discarding = true;
                DropAll(_incoming, 0);
            }

            DropAll(_reading, _readIndex);
            _readIndex = 0;
            _readOffset = 0;
        }

        End();
    }

    public ValueTask WaitAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);

    /// <summary>Copies what is there. Zero with <paramref name="ended"/> means that nothing will ever come.</summary>
    /// <param name="finished">How many cells this call emptied.</param>
    public int Read(Span<byte> destination, out int finished, out bool ended)
    {
        finished = 0;
        int copied = 0;
        lock (_readerGate)
        {
            // Looked at first: what was added before the end is then in sight.
            ended = Volatile.Read(ref _ended);
            while (copied < destination.Length && HasMore())
            {
                Piece piece = _reading[_readIndex];
                int count = Math.Min(destination.Length - copied, piece.Length - _readOffset);
                piece.Cell.Body.Slice(piece.Offset + _readOffset, count).CopyTo(destination[copied..]);
                copied += count;
                _readOffset += count;
                if (_readOffset < piece.Length)
                    break;
                piece.Cell.Dispose();
                _readIndex++;
                _readOffset = 0;
                finished++;
            }

            ended = ended && !HasMore();
        }

        if (finished > 0)
            Interlocked.Add(ref _waiting, -finished);
        return copied;
    }

    /// <summary>There is something to read. For readers that bring no buffer.</summary>
    public bool IsReadable(out bool ended)
    {
        lock (_readerGate)
        {
            ended = Volatile.Read(ref _ended);
            bool more = HasMore();
            ended &= !more;
            return more;
        }
    }

    private bool HasMore()
    {
        if (_readIndex < _reading.Count)
            return true;
        _reading.Clear();
        _readIndex = 0;
        lock (_incomingGate)
            (_reading, _incoming) = (_incoming, _reading);
        return _reading.Count > 0;
    }

    private void DropAll(List<Piece> pieces, int from)
    {
        for (int i = from; i < pieces.Count; i++)
            pieces[i].Cell.Dispose();
        Interlocked.Add(ref _waiting, from - pieces.Count);
        pieces.Clear();
    }
}
