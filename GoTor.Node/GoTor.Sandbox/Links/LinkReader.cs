using GoTor.Protocol.Channels;

namespace GoTor.Sandbox.Links;

/// <summary>The incoming bytes of one link and the framer that cuts them, in one fixed buffer. One loop uses it.</summary>
internal sealed class LinkReader(Stream stream)
{
    private const int BufferLength = 2 * CellFramer.LargestCell;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
    private int _start;
    private int _end;

    public CellFramer Framer { get; } = new();

    public ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    /// <summary>All but the last <paramref name="left"/> bytes of <see cref="Pending"/> have been taken.</summary>
    public void Keep(int left)
    {
        _start = _end - left;
        if (left == 0)
            _start = _end = 0;
    }

    /// <returns>False once the other side has closed the connection.</returns>
    public async ValueTask<bool> ReadMoreAsync(CancellationToken cancellationToken)
    {
        if (BufferLength - _end < CellFramer.LargestCell)
        {
            Pending.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        int count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        return count > 0;
    }
}
