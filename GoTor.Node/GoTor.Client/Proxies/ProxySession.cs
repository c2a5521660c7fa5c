using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies.HttpTunnel;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Proxies.Transparent;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Socks;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>
/// One application at a port, from its first byte to the end of its stream, whatever it speaks. <see cref="RunAsync"/> is called once.
/// </summary>
internal abstract class ProxySession : IDisposable
{
    // Ends the handshake and the waiting for a stream: after SocksTimeout, or when Abort says so.
    private readonly CancellationTokenSource _deadline;
    private volatile bool _isAborted;
    private volatile bool _isAsking = true;

    protected ProxySession(Socket socket, SocksPort port)
    {
        Socket = socket;
        Port = port;
        _deadline = new CancellationTokenSource(port.Server.SocksTimeout, port.Time);
    }

    /// <summary>The application has not asked for anything yet, so nobody misses the connection.</summary>
    public bool IsInHandshake => _isAsking;

    protected Socket Socket { get; }

    protected SocksPort Port { get; }

    protected StreamTrace? Trace { get; } = StreamTrace.Start();

    /// <summary>Cancelled when the application takes too long, or must go.</summary>
    protected CancellationToken Deadline => _deadline.Token;

    public static ProxySession For(Socket socket, SocksPort port) => port.Options.Kind switch
    {
        ProxyKind.HttpTunnel => new HttpTunnelSession(socket, port),
        ProxyKind.Transparent => new TransparentSession(socket, port),
        _ => new SocksSession(socket, port),
    };

    /// <summary>Never throws; returns when the socket is closed.</summary>
    public async Task RunAsync()
    {
        Port.Metrics.Accepted();
        try
        {
            if (Socket.AddressFamily != AddressFamily.Unix)
                Socket.NoDelay = true;
            if (Socket.RemoteEndPoint is IPEndPoint client && !Port.Server.SocksPolicy.Allows(client))
            {
                Port.NoteStranger();
                return;
            }

            await ServeAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The application went away, or we close.
            if (_isAsking && !_isAborted && _deadline.IsCancellationRequested)
            {
                Port.Metrics.TimedOut();
                Socket.EndGracefully();
            }
        }
        catch (Exception e)
        {
            Port.Logger.SessionCrashed(e);
        }
        finally
        {
            Dispose();
            Trace?.End();
            Port.Metrics.Closed();
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        _deadline.Dispose();
    }

    /// <summary>Ends it now, whatever it does.</summary>
    public void Abort()
    {
        _isAborted = true;
        try
        {
            _deadline.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }

        Socket.Dispose();
    }

    /// <summary>Reads what the application asks for, and has it done.</summary>
    protected abstract Task ServeAsync();

    /// <summary>Does what a complete request asks for, and answers in the words of its protocol.</summary>
    /// <param name="early">What came right behind the request.</param>
    protected async Task ServeAsync(SocksRequest asked, OptimisticData early, IProxyReplies replies)
    {
        Trace?.Asked(asked.Version.ToString(), asked.Command.ToString());
        _isAsking = false;
        Port.NoteRequest(asked);
        MappedRequest mapped = Port.Mapper.Apply(asked, Port.Options);
        Destination destination = DestinationRules.Decide(mapped.Request, Port.Policy, mapped.Exit is not null);
        if (mapped.Refusal is { } refusal)
            destination = destination with { Verdict = refusal };
        SocksExchange exchange = new(Socket, Port, mapped, destination, replies, ClientAddress(), Trace);
        switch (destination.Verdict)
        {
            case DestinationVerdict.Allowed when mapped.Answer is { } name:
                await exchange.ReplyWithNameAsync(name);
                break;
            case DestinationVerdict.Allowed when asked.Command == SocksCommand.Connect:
                await exchange.ConnectAsync(early, _deadline);
                break;
            case DestinationVerdict.Allowed:
                await exchange.ResolveAsync(early, _deadline);
                break;
            case DestinationVerdict.IsItsOwnAnswer:
                await exchange.ReplyWithAddressAsync(destination.Address);
                break;
            default:
                Port.NoteRefusal(destination.Verdict);
                await exchange.FailAsync(destination.Verdict);
                break;
        }
    }

    private string? ClientAddress() => (Socket.RemoteEndPoint as IPEndPoint)?.Address.ToString();
}
