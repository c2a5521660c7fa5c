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

    /// <returns>How many bytes have arrived; 0 once the relay has closed the connection.</returns>
    public async ValueTask<int> ReadMoreAsync(CancellationToken cancellationToken)
    {
        // Less than a cell is left over, nearly always, so that this moves little.
        if (BufferLength - _end < CellFramer.LargestCell)
        {
            Pending.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        int count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        return count;
    }
}
