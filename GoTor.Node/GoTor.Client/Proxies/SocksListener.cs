using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>Accepts applications at one SOCKS port and hands each to the server.</summary>
internal sealed class SocksListener : IAsyncDisposable
{
    private static readonly TimeSpan PauseWhenFull = TimeSpan.FromSeconds(1);

    private readonly ListeningSocket _listening;
    private readonly SocksPort _port;
    private readonly SocksServer _server;
    private readonly LogGate _pauseGate;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    public SocksListener(ListeningSocket listening, SocksPort port, SocksServer server)
    {
        _listening = listening;
        _port = port;
        _server = server;
        _pauseGate = new LogGate(port.Time, TimeSpan.FromMinutes(1));
        _accepting = Task.Run(AcceptAsync);
    }

    public SocksPortOptions Options => _port.Options;

    /// <summary>Where it listens, the port that the system chose included.</summary>
    public EndPoint LocalEndPoint => _listening.LocalEndPoint;

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
        CancellationToken stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await _server.WaitForSlotAsync(stopping);
                await AcceptOneAsync(stopping);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception e)
            {
                _port.Logger.AcceptCrashed(e);
                await PauseAsync(stopping);
            }
        }
    }

    private async Task AcceptOneAsync(CancellationToken stopping)
    {
        Socket? socket = null;
        try
        {
            socket = await _listening.Socket.AcceptAsync(stopping);
            _server.Begin(ProxySession.For(socket, _port));
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            _server.ReturnSlot();
            if (stopping.IsCancellationRequested || e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
                return;

            // Out of descriptors or memory: those who are connected go on, the others wait.
            if (_pauseGate.TryPass())
                _port.Logger.AcceptPaused(e.SocketErrorCode.ToString());
            await PauseAsync(stopping);
        }
        catch
        {
            socket?.Dispose();
            _server.ReturnSlot();
            throw;
        }
    }

    private async Task PauseAsync(CancellationToken stopping) =>
        await Task.Delay(PauseWhenFull, _port.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
