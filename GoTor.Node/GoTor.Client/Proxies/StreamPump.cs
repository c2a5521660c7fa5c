using System.Buffers;
using System.Net.Sockets;
using GoTor.Client.Streams;

namespace GoTor.Client.Proxies;

/// <summary>
/// Carries bytes between an application and its stream until one of them ends, and then ends the other: Tor cannot half-close, and
/// C tor does the same. Buffers are taken only while there are bytes, so idle connections cost next to nothing.
/// </summary>
internal static class StreamPump
{
    private const int BufferLength = 64 * 1024;

    /// <summary>Returns when both directions have ended; both ends are closed then. Closing either from outside ends it, too.</summary>
    /// <param name="early">What the application sent before, and the stream has not taken yet.</param>
    /// <param name="firstByte">Called once, before the first byte from the destination goes to the application.</param>
    public static async Task RunAsync(Socket application, TorStream stream, ReadOnlyMemory<byte> early, Action? firstByte)
    {
        Task up = UpAsync(application, stream, early);
        Task down = DownAsync(application, stream, firstByte);
        Task first = await Task.WhenAny(up, down);

        // What was written to either is on its way: a stream sends its queue before END, a socket before FIN.
        await stream.DisposeAsync();
        if (first == down)
            application.EndGracefully();
        application.Dispose();
        await Task.WhenAll(up, down);
    }

    private static async Task UpAsync(Socket application, TorStream stream, ReadOnlyMemory<byte> early)
    {
        try
        {
            if (!early.IsEmpty)
                await stream.WriteAsync(early);
            early = default;
            while (true)
            {
                await application.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
                byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
                try
                {
                    int count = await application.ReceiveAsync(buffer.AsMemory(), SocketFlags.None);
                    if (count == 0)
                        return;
                    await stream.WriteAsync(buffer.AsMemory(0, count));
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (IsEndOf(e))
        {
            // A reset, or the other direction ended first.
        }
    }

    private static async Task DownAsync(Socket application, TorStream stream, Action? firstByte)
    {
        try
        {
            while (true)
            {
                _ = await stream.ReadAsync(Memory<byte>.Empty);
                byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
                try
                {
                    int count = await stream.ReadAsync(buffer.AsMemory());
                    if (count == 0)
                        return;
                    firstByte?.Invoke();
                    firstByte = null;
                    for (int sent = 0; sent < count;)
                        sent += await application.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (IsEndOf(e))
        {
            // As above.
        }
    }

    private static bool IsEndOf(Exception e) => e is IOException or SocketException or ObjectDisposedException or InvalidOperationException;
}
