using System.Net;
using System.Threading.Channels;

namespace GoTor.MetricsGateway.Dashboard.Live;

/// <summary>One open page. What it has not read yet waits in a short queue; a reader that falls behind is dropped, and its browser comes back.</summary>
/// <param name="from">Where the reader is.</param>
/// <param name="abandon">Ends the connection at once. Called only while the page is open.</param>
internal sealed class LiveListener(IPAddress from, Action abandon)
{
    // At one message a second this is how long a reader may stand still.
    public const int MostWaiting = 8;

    private readonly Channel<ReadOnlyMemory<byte>> _queue = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public IPAddress From => from;

    public ChannelReader<ReadOnlyMemory<byte>> Messages => _queue.Reader;

    /// <returns>False when the reader is too slow.</returns>
    public bool TrySend(ReadOnlyMemory<byte> message) => _queue.Writer.TryWrite(message);

    /// <summary>No more messages will come.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>What it has not read is not worth keeping, neither here nor in the socket.</summary>
    public void Abandon()
    {
        Complete();
        abandon();
    }
}
