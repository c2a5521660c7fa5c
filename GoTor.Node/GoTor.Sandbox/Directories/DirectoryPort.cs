using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using GoTor.Sandbox.Circuits;
using GoTor.Sandbox.Links;
using Microsoft.Extensions.Logging;

namespace GoTor.Sandbox.Directories;

/// <summary>
/// An authority's directory over plain HTTP, on loopback. Clients never ask here; relays of C tor do, before they join a network. Safe for
/// concurrent use.
/// </summary>
internal sealed class DirectoryPort(DirectoryServer server, ILogger logger) : IAsyncDisposable
{
    private const int MaxConnections = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _slots = new(MaxConnections);
    private readonly TcpListener _listener = Listen();
    private Task _accepting = Task.CompletedTask;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Start() => _accepting = AcceptLoop.RunAsync(
        AcceptAsync, Serve, e => SandboxLog.AcceptFailed(logger, "directory port", e.Message), TimeProvider.System, _stopping.Token);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        // Every slot is back once every connection has ended.
        for (int i = 0; i < MaxConnections; i++)
            await _slots.WaitAsync();
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private async ValueTask<Socket> AcceptAsync(CancellationToken stopping)
    {
        await _slots.WaitAsync(stopping);
        try
        {
            return await _listener.AcceptSocketAsync(stopping);
        }
        catch
        {
            _slots.Release();
            throw;
        }
    }

    // The task gives the slot back, and never fails.
    private void Serve(Socket socket) => _ = ServeAsync(socket);

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            deadline.CancelAfter(Patience);
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            PipeWriter toClient = PipeWriter.Create(stream);
            await server.ServeAsync(new SocketBytes(socket), toClient, DirectoryVisit.InClear, deadline.Token);
            await toClient.CompleteAsync();
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked is gone.
        }
        finally
        {
            _slots.Release();
        }
    }

    private sealed class SocketBytes(Socket socket) : IClientBytes
    {
        public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken) =>
            socket.ReceiveAsync(destination, cancellationToken);
    }
}
