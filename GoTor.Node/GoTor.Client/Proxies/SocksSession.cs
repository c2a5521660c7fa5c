using System.Buffers;
using System.Net;
using System.Net.Sockets;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Socks;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>One application at a SOCKS port, from its first byte to the end of its stream. <see cref="RunAsync"/> is called once.</summary>
internal sealed class SocksSession : IDisposable
{
    private const int HandshakeBufferLength = 1024;

    private readonly Socket _socket;
    private readonly SocksPort _port;

    // Ends the handshake and the waiting for a stream: after SocksTimeout, or when Abort says so.
    private readonly CancellationTokenSource _deadline;
    private readonly StreamTrace? _trace = StreamTrace.Start();
    private volatile bool _isAborted;
    private volatile bool _isAsking = true;

    public SocksSession(Socket socket, SocksPort port)
    {
        _socket = socket;
        _port = port;
        _deadline = new CancellationTokenSource(port.Server.SocksTimeout, port.Time);
    }

    /// <summary>The application has not asked for anything yet, so nobody misses the connection.</summary>
    public bool IsInHandshake => _isAsking;

    /// <summary>Never throws; returns when the socket is closed.</summary>
    public async Task RunAsync()
    {
        _port.Metrics.Accepted();
        try
        {
            if (_socket.AddressFamily != AddressFamily.Unix)
                _socket.NoDelay = true;
            await ServeAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The application went away, or we close.
            if (_isAsking && !_isAborted && _deadline.IsCancellationRequested)
            {
                _port.Metrics.TimedOut();
                _socket.EndGracefully();
            }
        }
        catch (Exception e)
        {
            _port.Logger.SessionCrashed(e);
        }
        finally
        {
            Dispose();
            _trace?.End();
            _port.Metrics.Closed();
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
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

        _socket.Dispose();
    }

    private async Task ServeAsync()
    {
        OptimisticData early = new();
        _trace?.Enter(StreamPart.Request);
        SocksRequest? request = await ReadRequestAsync(early);
        if (request is null)
            return;
        _trace?.Leave();
        _trace?.Asked(request.Version.ToString(), request.Command.ToString());
        _isAsking = false;
        _port.NoteRequest(request);
        Destination destination = DestinationRules.Decide(request, _port.Policy);
        SocksExchange exchange = new(_socket, _port, request, destination, ClientAddress(), _trace);
        switch (destination.Verdict)
        {
            case DestinationVerdict.Allowed when request.Command == SocksCommand.Connect:
                await exchange.ConnectAsync(early, _deadline);
                break;
            case DestinationVerdict.Allowed:
                await exchange.ResolveAsync(early, _deadline);
                break;
            case DestinationVerdict.IsItsOwnAnswer:
                await exchange.ReplyWithAddressAsync(destination.Address);
                break;
            default:
                _port.NoteRefusal(destination.Verdict);
                await exchange.FailAsync(DestinationRules.ReplyFor(destination.Verdict, request.Command, _port.Options.ExtendedErrors));
                break;
        }
    }

    /// <summary>Null when there is none; then everything is said and done.</summary>
    private async Task<SocksRequest?> ReadRequestAsync(OptimisticData early)
    {
        SocksHandshake handshake = new(_port.Handshake);
        await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, _deadline.Token);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HandshakeBufferLength);
        try
        {
            int filled = 0;
            while (true)
            {
                int count = await _socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, _deadline.Token);
                if (count == 0)
                    return null;
                filled += count;
                SocksStep step = handshake.Read(buffer.AsSpan(0, filled), out int consumed);
                ReadOnlyMemory<byte> reply = handshake.TakeReply();
                if (!reply.IsEmpty)
                    await _socket.SendAllAsync(reply, _deadline.Token);
                buffer.AsSpan(consumed, filled - consumed).CopyTo(buffer);
                filled -= consumed;
                if (step == SocksStep.Complete)
                {
                    if (filled > 0)
                        early.Append(buffer.AsSpan(0, filled));
                    return handshake.Request;
                }

                if (step == SocksStep.Refused)
                {
                    _port.NoteRefusal(handshake.Refusal!.Value);
                    _trace?.Failed(handshake.Refusal.Value.ToString());
                    _socket.EndGracefully();
                    return null;
                }
            }
        }
        finally
        {
            // It may have held a password.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private string? ClientAddress() => (_socket.RemoteEndPoint as IPEndPoint)?.Address.ToString();
}
