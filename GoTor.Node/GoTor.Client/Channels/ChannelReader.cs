using GoTor.Protocol.Channels;

namespace GoTor.Client.Channels;

/// <summary>
/// The incoming bytes of one channel and the framer that cuts them. One fixed buffer, so that a peer can make us hold no more than
/// that, whatever it sends. Used by the handshake first and by the read loop afterwards, never by both.
/// </summary>
internal sealed class ChannelReader(Stream stream)
{
    /// <summary>Holds any cell, and a good number of TLS records.</summary>
    public const int BufferLength = 64 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
    private int _start;
    private int _end;

    public CellFramer Framer { get; } = new();

    /// <summary>What has arrived and not been taken.</summary>
    public ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, _end - _start);

    /// <summary>All but the last <paramref name="left"/> bytes of <see cref="Pending"/> have been taken.</summary>
    public void Keep(int left)
    {
        _start = _end - left;
        if (left == 0)
            _start = _end = 0;
    }

    /// <summary>Waits for bytes, which <see cref="Arrived"/> must be told of: a step of its own, so that this is no async method with an object per call.</summary>
    /// <returns>How many bytes have arrived; 0 once the relay has closed the connection.</returns>
    public ValueTask<int> ReadMoreAsync(CancellationToken cancellationToken)
    {
        // Less than a cell is left over, nearly always, so that this moves little.
        if (BufferLength - _end < CellFramer.LargestCell)
        {
            Pending.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        return stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
    }

    /// <summary>So many bytes have come in: what <see cref="ReadMoreAsync"/> gave.</summary>
    public void Arrived(int count) => _end += count;
}
