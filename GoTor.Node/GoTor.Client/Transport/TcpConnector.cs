using System.Net;
using System.Net.Sockets;
using GoTor.Client.Channels;

namespace GoTor.Client.Transport;

/// <summary>Connects by TCP, directly.</summary>
internal sealed class TcpConnector(TimeProvider time) : IRelayConnector
{
    // TCP_NOTSENT_LOWAT of Linux, and what may wait in the kernel: what lies there cannot be overtaken by another circuit any more, and
    // hides from flow control that the relay is slow.
    private const int TcpNotSentLowWater = 25;
    private const int UnsentBytes = 128 * 1024;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);

    public async Task<RelayConnection> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await AddressRace.RunAsync(addresses, ConnectOneAsync, time, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ChannelException(ChannelEnd.ConnectFailed, "The relay did not answer in time.");
        }
        catch (AggregateException e)
        {
            throw new ChannelException(ChannelEnd.ConnectFailed, "The relay cannot be reached.", e);
        }
    }

    private static async Task<RelayConnection> ConnectOneAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        // Small cells must leave at once; a write loop that batches makes Nagle's algorithm a pure delay.
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (OperatingSystem.IsLinux())
                socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpNotSentLowWater, BitConverter.GetBytes(UnsentBytes));
            await socket.ConnectAsync(address, cancellationToken);
            return new RelayConnection(new NetworkStream(socket, ownsSocket: true), address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
