using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies;

namespace GoTor.Client.ControlPort;

/// <summary>Accepts controllers at one port and hands each to the server.</summary>
internal sealed class ControlListener : IAsyncDisposable
{
    private static readonly TimeSpan PauseWhenFull = TimeSpan.FromSeconds(1);

    private readonly ListeningSocket _listening;
    private readonly ControlServer _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    public ControlListener(ListeningSocket listening, ControlServer server)
    {
        (_listening, _server) = (listening, server);
        LocalEndPoint = listening.LocalEndPoint;
        _accepting = Task.Run(AcceptAsync);
    }

    public EndPoint LocalEndPoint { get; }

    /// <summary>Accepts no more; sessions go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listening.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _server.Begin(await _listening.Socket.AcceptAsync(_stopping.Token));
            }
            catch (SocketException e) when (!_stopping.IsCancellationRequested)
            {
                if (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
                    continue;
                // Out of descriptors or memory: those who are connected go on, the others wait.
                _server.Logger.AcceptPaused(e.SocketErrorCode.ToString());
                await Task.Delay(PauseWhenFull, _server.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
