using System.Threading.Channels;
using GoTor.Client.Channels;

namespace GoTor.Client.Tests.Channels;

/// <summary>A circuit that keeps what it is given.</summary>
internal sealed class RecordingInbox : ICircuitInbox
{
    private readonly Channel<CellBuffer> _cells = Channel.CreateUnbounded<CellBuffer>();
    private readonly TaskCompletionSource<ChannelEnd> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pauses;
    private int _writable;

    public bool Accepts { get; set; } = true;

    public int Pauses => Volatile.Read(ref _pauses);

    public int WritableCalls => Volatile.Read(ref _writable);

    public Task<ChannelEnd> Closed => _closed.Task;

    /// <summary>What happens on the read loop's thread at the end of a batch.</summary>
    public Action OnPaused { get; set; } = () => { };

    public Action OnWritable { get; set; } = () => { };

    public bool TryDeliver(CellBuffer cell) => Accepts && _cells.Writer.TryWrite(cell);

    public void DeliveryPaused()
    {
        Interlocked.Increment(ref _pauses);
        OnPaused();
    }

    public void ChannelWritable()
    {
        Interlocked.Increment(ref _writable);
        OnWritable();
    }

    public void ChannelClosed(ChannelEnd end) => Assert.True(_closed.TrySetResult(end), "told twice");

    /// <summary>The next cell, as a copy.</summary>
    public async Task<byte[]> ReceiveAsync()
    {
        using CellBuffer cell = await _cells.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        return cell.Span.ToArray();
    }

    public bool TryReceive(out byte[] copy)
    {
        copy = [];
        if (!_cells.Reader.TryRead(out CellBuffer? cell))
            return false;
        copy = cell.Span.ToArray();
        cell.Dispose();
        return true;
    }
}
