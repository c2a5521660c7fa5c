using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using GoTor.Protocol.Cells.Relay;

namespace GoTor.Sandbox.Circuits;

/// <summary>What a client sends on a stream, in order.</summary>
internal interface IClientBytes
{
    /// <returns>How many bytes; 0 when no more will come.</returns>
    ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken);
}

/// <summary>What a stream that ends at a relay leads to. One per stream.</summary>
internal abstract class StreamTarget
{
    /// <summary>Gets ready, and says what the client is told then.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public abstract ValueTask<ConnectedMessage> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Carries bytes both ways until the target has no more to say.</summary>
    public abstract Task RunAsync(IClientBytes fromClient, PipeWriter toClient, CancellationToken cancellationToken);
}

/// <summary>Answers within the process: the directory, and the demo site.</summary>
internal sealed class InProcessTarget(Func<IClientBytes, PipeWriter, CancellationToken, Task> serve) : StreamTarget
{
    private static readonly ConnectedMessage Connected = new(null, null);

    public override ValueTask<ConnectedMessage> ConnectAsync(CancellationToken cancellationToken) => new(Connected);

    public override Task RunAsync(IClientBytes fromClient, PipeWriter toClient, CancellationToken cancellationToken) =>
        serve(fromClient, toClient, cancellationToken);
}

/// <summary>A TCP connection to this machine. There is no other kind: the constructor refuses every address that is not loopback.</summary>
#pragma warning disable CA1001 // RunAsync disposes the socket, and a ConnectAsync that fails does.
internal sealed class LoopbackTarget : StreamTarget
#pragma warning restore CA1001
{
    private const int BufferLength = 32 * 1024;
    private const uint TimeToLive = 60;

    private readonly IPEndPoint _address;
    private Socket? _socket;

    /// <exception cref="ArgumentException">Not a loopback address.</exception>
    public LoopbackTarget(IPEndPoint address)
    {
        if (!IPAddress.IsLoopback(address.Address))
            throw new ArgumentException("A sandbox's exits reach loopback only.", nameof(address));
        _address = address;
    }

    public override async ValueTask<ConnectedMessage> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_address, cancellationToken);
            _socket = socket;
            return new ConnectedMessage(_address.Address, TimeToLive);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async Task RunAsync(IClientBytes fromClient, PipeWriter toClient, CancellationToken cancellationToken)
    {
        using (Socket socket = _socket ?? throw new InvalidOperationException("Not connected."))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task sending = SendAsync(socket, fromClient, ended.Token);
            try
            {
                int read;
                do
                {
                    read = await socket.ReceiveAsync(toClient.GetMemory(BufferLength), cancellationToken);
                    toClient.Advance(read);
                    await toClient.FlushAsync(cancellationToken);
                }
                while (read > 0);
            }
            finally
            {
                await ended.CancelAsync();
                await sending;
            }
        }
    }

    private static async Task SendAsync(Socket socket, IClientBytes fromClient, CancellationToken cancellationToken)
    {
        try
        {
            byte[] buffer = new byte[BufferLength];
            while (await fromClient.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                for (int sent = 0; sent < count;)
                    sent += await socket.SendAsync(buffer.AsMemory(sent, count - sent), cancellationToken);
            }

            // The client has ended the stream: in Tor that ends both directions.
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other direction sees it too.
        }
    }
}
