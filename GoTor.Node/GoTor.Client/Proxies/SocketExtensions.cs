using System.Net.Sockets;

namespace GoTor.Client.Proxies;

/// <summary>What the proxies do with an application's socket.</summary>
internal static class SocketExtensions
{
    public static async ValueTask SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
    }

    /// <summary>
    /// Sends FIN, and takes what the application has sent already: closing with unread bytes would be a reset that overtakes our last ones.
    /// </summary>
    public static void EndGracefully(this Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            Span<byte> dropped = stackalloc byte[4096];
            for (int i = 0; i < 64 && socket.Available > 0; i++)
                socket.Receive(dropped);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The application was faster.
        }
    }
}
