using System.Buffers;
using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Socks;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>Answers one complete request. Used by one session, step by step.</summary>
internal sealed class SocksExchange(
    Socket socket, SocksPort port, MappedRequest mapped, Destination destination, IProxyReplies replies, string? clientAddress, StreamTrace? trace)
{
    private const int EarlyBufferLength = 16 * 1024;

    private readonly SocksRequest _request = mapped.Request;
    private readonly long _asked = port.Time.GetTimestamp();

    /// <summary>CONNECT: the stream, the reply, and everything after it.</summary>
    /// <param name="early">What came right behind the request.</param>
    /// <param name="deadline">Cancelled when it takes too long.</param>
    public async Task ConnectAsync(OptimisticData early, CancellationTokenSource deadline)
    {
        TorStream? stream = await WaitAsync(
            token => port.Connector.ConnectAsync(ToStreamRequest(early), token), early, deadline, s => s.DisposeAsync());
        if (stream is null)
            return;
        try
        {
            // From here on the application and its stream decide how long it takes.
            deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            port.Metrics.Connected(port.Time.GetElapsedTime(_asked));
            await socket.SendAllAsync(replies.Connected, deadline.Token);
            byte[] rest = early.Length > early.Sent ? early.From(early.Sent) : [];
            await StreamPump.RunAsync(socket, stream, rest, () => port.Metrics.FirstByte(port.Time.GetElapsedTime(_asked)), deadline.Token);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    /// <summary>RESOLVE and RESOLVE_PTR.</summary>
    public async Task ResolveAsync(OptimisticData early, CancellationTokenSource deadline)
    {
        StreamRequest question = ToStreamRequest(null);
        ResolveAnswer? answer = await WaitAsync(
            token => _request.Command == SocksCommand.Resolve
                ? port.Connector.ResolveAsync(question, token)
                : port.Connector.ResolveReverseAsync(destination.Address!, question, token),
            early, deadline, _ => ValueTask.CompletedTask);
        if (answer is null)
            return;
        if (_request.Command == SocksCommand.Resolve)
            await ReplyWithChoiceAsync(answer);
        else if (answer.Hostname is { Length: > 0 and <= 255 } name)
            await ReplyWithFoundNameAsync(name, answer.TimeToLive);
        else
            await FailAsync(TorErrorKind.ResolveFailed);
    }

    /// <summary>Says what the address is, or that there is none the application could use.</summary>
    public async Task ReplyWithAddressAsync(IPAddress? address)
    {
        if (address is null || (_request.Version == SocksVersion.Socks4 && !HostName.IsIPv4(address)))
        {
            await FailAsync(TorErrorKind.ResolveFailed);
            return;
        }

        trace?.Connected();
        byte[] reply = new byte[SocksReply.MaxLength];
        int length = SocksReply.Write(reply, _request.Version, SocksReplyCode.Succeeded, address);
        await socket.SendAllAsync(reply.AsMemory(0, length), CancellationToken.None);
        socket.EndGracefully();
    }

    public Task FailAsync(DestinationVerdict verdict) =>
        FailAsync(DestinationRules.ReplyFor(verdict, _request.Command, port.Options.ExtendedErrors), replies.Refused(verdict));

    private Task FailAsync(TorErrorKind kind) =>
        FailAsync(_request.Command == SocksCommand.Connect ? SocksErrors.CodeFor(kind) : SocksReplyCode.HostUnreachable, replies.Failed(kind));

    private async Task FailAsync(SocksReplyCode code, ReadOnlyMemory<byte> reply)
    {
        port.Metrics.Failed(code);
        trace?.Failed(code.ToString());
        await socket.SendAllAsync(reply, CancellationToken.None);
        socket.EndGracefully();
    }

    private async Task ReplyWithChoiceAsync(ResolveAnswer answer)
    {
        IPAddress? address = Choose(answer.Addresses);
        if (address is not null && (HostName.IsIPv4(address) ? port.Options.CacheIPv4Dns : port.Options.CacheIPv6Dns))
            port.Mapper.Map.RememberAnswer(destination.Host, address, mapped.Exit?.Identity, answer.TimeToLive);
        await ReplyWithAddressAsync(address);
    }

    private async Task ReplyWithFoundNameAsync(string name, TimeSpan timeToLive)
    {
        if (destination.Address is { } address && (HostName.IsIPv4(address) ? port.Options.CacheIPv4Dns : port.Options.CacheIPv6Dns))
            port.Mapper.Map.RememberReverse(address, name, timeToLive);
        await ReplyWithNameAsync(name);
    }

    public async Task ReplyWithNameAsync(string name)
    {
        byte[] reply = new byte[SocksReply.MaxLength];
        await socket.SendAllAsync(reply.AsMemory(0, SocksReply.WriteName(reply, name)), CancellationToken.None);
        socket.EndGracefully();
    }

    /// <summary>
    /// Waits for Tor, while it takes early bytes from the application and notices when it leaves. Null when there is no result; then
    /// the application has been told, if it is still there.
    /// </summary>
    private async Task<T?> WaitAsync<T>(
        Func<CancellationToken, Task<T>> ask, OptimisticData early, CancellationTokenSource deadline, Func<T, ValueTask> discard)
        where T : class
    {
        using CancellationTokenSource answered = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        using CancellationTokenSource left = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        Task<bool> reading = ReadEarlyAsync(early, answered.Token);
        try
        {
            Task<T> asking = ask(left.Token);
            if (await Task.WhenAny(asking, reading) == reading && await reading)
                await left.CancelAsync();
            T result = await asking;
            await answered.CancelAsync();
            if (!await reading)
                return result;
            await discard(result);
            return null;
        }
        catch (TorException e)
        {
            port.Logger.RequestFailed(e.Kind);
            return await FailUnlessGoneAsync(e.Kind);
        }
        catch (OperationCanceledException)
        {
            // By the application, which hears nothing any more, or by time.
            return await FailUnlessGoneAsync(TorErrorKind.Timeout);
        }
        catch (Exception e) when (e is not (SocketException or ObjectDisposedException))
        {
            port.Logger.SessionCrashed(e);
            return await FailUnlessGoneAsync(TorErrorKind.Internal);
        }

        async Task<T?> FailUnlessGoneAsync(TorErrorKind kind)
        {
            await answered.CancelAsync();
            if (!await reading)
                await FailAsync(kind);
            return null;
        }
    }

    /// <returns>True when the application has left.</returns>
    private async Task<bool> ReadEarlyAsync(OptimisticData early, CancellationToken cancellationToken)
    {
        try
        {
            while (early.Length < OptimisticData.Limit)
            {
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken);
                byte[] buffer = ArrayPool<byte>.Shared.Rent(EarlyBufferLength);
                try
                {
                    int room = Math.Min(buffer.Length, OptimisticData.Limit - early.Length);
                    int count = await socket.ReceiveAsync(buffer.AsMemory(0, room), SocketFlags.None, cancellationToken);
                    if (count == 0)
                        return true;
                    early.Append(buffer.AsSpan(0, count));
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }

            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    private StreamRequest ToStreamRequest(OptimisticData? early)
    {
        // An address says which family it needs, and SOCKS 4 can speak only of one.
        bool isIPv4 = destination.Address is not null && HostName.IsIPv4(destination.Address);
        bool isIPv6 = destination.Address is not null && !isIPv4;
        return new StreamRequest
        {
            Host = destination.Host,
            Port = _request.Port,
            Isolation = SocksIsolation.KeyFor(_request, mapped.OriginalHost, port.Options, port.SessionGroup, clientAddress),
            IPv4Traffic = port.Options.IPv4Traffic && !isIPv6,
            IPv6Traffic = port.Options.IPv6Traffic && !isIPv4 && _request.Version != SocksVersion.Socks4,
            PreferIPv6 = port.Options.PreferIPv6,
            Exit = mapped.Exit,
            Origin = new StreamOrigin(
                _request.Version == SocksVersion.Socks4 ? "SOCKS4" : "SOCKS5", socket.RemoteEndPoint, _request.Username, _request.Password),
            OptimisticData = early,
            Trace = trace,
        };
    }

    // An exit that names an address of our own network is mistaken, or wants the application to connect there.
    private IPAddress? Choose(IReadOnlyList<IPAddress> addresses)
    {
        bool canUseIPv6 = port.Options.IPv6Traffic && _request.Version != SocksVersion.Socks4;
        List<IPAddress> usable = [.. addresses.Where(a => !(port.Policy.RejectInternalLookups && HostName.IsInternal(a)))];
        IPAddress? ipv4 = port.Options.IPv4Traffic ? usable.Find(HostName.IsIPv4) : null;
        IPAddress? ipv6 = canUseIPv6 ? usable.Find(a => !HostName.IsIPv4(a)) : null;
        return port.Options.PreferIPv6 ? ipv6 ?? ipv4 : ipv4 ?? ipv6;
    }
}
