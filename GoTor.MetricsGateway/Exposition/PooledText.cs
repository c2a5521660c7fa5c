using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>A text that grows in rented pieces and is given back as a whole. One writer; then any number of readers.</summary>
internal sealed class PooledText : Stream
{
    private const int PieceSize = 64 * 1024;
    private readonly List<(byte[] Bytes, int Used)> _pieces = [];
    private byte[] _current = [];
    private int _used;
    private long _full;

    /// <summary>Bytes written.</summary>
    public override long Length => _full + _used;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Position { get => Length; set => throw new NotSupportedException(); }

    /// <summary>At least this many bytes to write into; say how many were with <see cref="Advance"/>.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_current.Length - _used < bytes)
            NextPiece(bytes);
        return _current.AsSpan(_used);
    }

    public void Advance(int bytes) => _used += bytes;

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = Room(1);
            int now = Math.Min(room.Length, bytes.Length);
            bytes[..now].CopyTo(room);
            Advance(now);
            bytes = bytes[now..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes a text of some hundred characters at most.</summary>
    public void Write(string text) => Advance(Encoding.UTF8.GetBytes(text, Room(3 * text.Length)));

    public void Write(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out int written);
        Advance(written);
    }

    /// <summary>Writes a value as Prometheus reads it: whole numbers without a point, the rest so that it reads back the same.</summary>
    public void Write(double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) < 1L << 53)
            Write((long)value);
        else if (double.IsFinite(value))
        {
            Utf8Formatter.TryFormat(value, Room(32), out int written);
            Advance(written);
        }
        else
            Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
    }

    /// <summary>All that was written, which begins anew.</summary>
    public byte[] TakeAll()
    {
        byte[] all = new byte[Length];
        int at = 0;
        foreach (ReadOnlyMemory<byte> piece in Pieces())
        {
            piece.Span.CopyTo(all.AsSpan(at));
            at += piece.Length;
        }
        foreach ((byte[] bytes, _) in _pieces)
            ArrayPool<byte>.Shared.Return(bytes);
        _pieces.Clear();
        (_used, _full) = (0, 0);
        return all;
    }

    /// <summary>What was written, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        foreach ((byte[] bytes, int used) in _pieces)
            yield return bytes.AsMemory(0, used);
        if (_used > 0)
            yield return _current.AsMemory(0, _used);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        foreach ((byte[] bytes, _) in _pieces)
            ArrayPool<byte>.Shared.Return(bytes);
        _pieces.Clear();
        if (_current.Length > 0)
            ArrayPool<byte>.Shared.Return(_current);
        _current = [];
        (_used, _full) = (0, 0);
        base.Dispose(disposing);
    }

    private void NextPiece(int bytes)
    {
        if (_current.Length > 0)
            _pieces.Add((_current, _used));
        _full += _used;
        _current = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, PieceSize));
        _used = 0;
    }
}
