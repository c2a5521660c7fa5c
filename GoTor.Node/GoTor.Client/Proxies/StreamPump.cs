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

    /// <summary>
    /// Returns when both directions have ended and what the application sent is on its way; both ends are closed then. Closing either from
    /// outside ends it, too.
    /// </summary>
    /// <param name="early">What the application sent before, and the stream has not taken yet.</param>
    /// <param name="firstByte">Called once, before the first byte from the destination goes to the application.</param>
    /// <param name="atOnce">Nobody waits any longer for what the application sent last.</param>
    public static async Task RunAsync(
        Socket application, TorStream stream, ReadOnlyMemory<byte> early, Action? firstByte, CancellationToken atOnce)
    {
        Task<bool> up = UpAsync(application, stream, early);
        Task down = DownAsync(application, stream, firstByte);
        Task first = await Task.WhenAny(up, down);
        if (first == up && await up)
            await SendRestAsync(stream, atOnce);

        // What was written to the socket is on its way, and goes before FIN.
        await stream.DisposeAsync();
        if (down.IsCompleted)
            application.EndGracefully();
        application.Dispose();
        await Task.WhenAll(up, down);
    }

    /// <summary>The stream still holds what the windows did not allow to be sent. Until it is sent the session counts as running.</summary>
    private static async Task SendRestAsync(TorStream stream, CancellationToken atOnce)
    {
        try
        {
            await stream.CompleteWritesAsync(atOnce);
        }
        catch (Exception e) when (e is OperationCanceledException || IsEndOf(e))
        {
            // Nobody waits, or there is no stream any more.
        }
    }

    /// <returns>True when the application has finished, false when either end broke off.</returns>
    private static async Task<bool> UpAsync(Socket application, TorStream stream, ReadOnlyMemory<byte> early)
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
                        return true;
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
            return false;
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
