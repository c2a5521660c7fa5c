using System.Buffers;
using System.Net;
using System.Net.Sockets;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Socks;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>Answers one complete request. Used by one session, step by step.</summary>
internal sealed class SocksExchange(
    Socket socket, SocksPort port, SocksRequest request, Destination destination, string? clientAddress, StreamTrace? trace)
{
    private const int EarlyBufferLength = 16 * 1024;

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
            await ReplyAsync(SocksReplyCode.Succeeded, deadline.Token);
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
            token => request.Command == SocksCommand.Resolve
                ? port.Connector.ResolveAsync(question, token)
                : port.Connector.ResolveReverseAsync(destination.Address!, question, token),
            early, deadline, _ => ValueTask.CompletedTask);
        if (answer is null)
            return;
        if (request.Command == SocksCommand.Resolve)
            await ReplyWithAddressAsync(Choose(answer.Addresses));
        else if (answer.Hostname is { Length: > 0 and <= 255 } name)
            await ReplyWithNameAsync(name);
        else
            await FailAsync(SocksReplyCode.HostUnreachable);
    }

    /// <summary>Says what the address is, or that there is none the application could use.</summary>
    public async Task ReplyWithAddressAsync(IPAddress? address)
    {
        if (address is null || (request.Version == SocksVersion.Socks4 && !HostName.IsIPv4(address)))
        {
            await FailAsync(SocksReplyCode.HostUnreachable);
            return;
        }

        trace?.Connected();
        byte[] reply = new byte[SocksReply.MaxLength];
        int length = SocksReply.Write(reply, request.Version, SocksReplyCode.Succeeded, address);
        await socket.SendAllAsync(reply.AsMemory(0, length), CancellationToken.None);
        socket.EndGracefully();
    }

    public async Task FailAsync(SocksReplyCode code)
    {
        port.Metrics.Failed(code);
        trace?.Failed(code.ToString());
        await ReplyAsync(code, CancellationToken.None);
        socket.EndGracefully();
    }

    private async Task ReplyWithNameAsync(string name)
    {
        byte[] reply = new byte[SocksReply.MaxLength];
        await socket.SendAllAsync(reply.AsMemory(0, SocksReply.WriteName(reply, name)), CancellationToken.None);
        socket.EndGracefully();
    }

    private async Task ReplyAsync(SocksReplyCode code, CancellationToken cancellationToken)
    {
        byte[] reply = new byte[SocksReply.MaxLength];
        await socket.SendAllAsync(reply.AsMemory(0, SocksReply.Write(reply, request.Version, code)), cancellationToken);
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
            return await FailUnlessGoneAsync(SocksErrors.CodeFor(e.Kind));
        }
        catch (OperationCanceledException)
        {
            // By the application, which hears nothing any more, or by time.
            return await FailUnlessGoneAsync(SocksReplyCode.TimeToLiveExpired);
        }
        catch (Exception e) when (e is not (SocketException or ObjectDisposedException))
        {
            port.Logger.SessionCrashed(e);
            return await FailUnlessGoneAsync(SocksReplyCode.GeneralFailure);
        }

        async Task<T?> FailUnlessGoneAsync(SocksReplyCode code)
        {
            await answered.CancelAsync();
            if (!await reading)
                await FailAsync(request.Command == SocksCommand.Connect ? code : SocksReplyCode.HostUnreachable);
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
            Port = request.Port,
            Isolation = SocksIsolation.KeyFor(request, destination, port.Options, port.SessionGroup, clientAddress),
            IPv4Traffic = port.Options.IPv4Traffic && !isIPv6,
            IPv6Traffic = port.Options.IPv6Traffic && !isIPv4 && request.Version != SocksVersion.Socks4,
            PreferIPv6 = port.Options.PreferIPv6,
            OptimisticData = early,
            Trace = trace,
        };
    }

    // An exit that names an address of our own network is mistaken, or wants the application to connect there.
    private IPAddress? Choose(IReadOnlyList<IPAddress> addresses)
    {
        bool canUseIPv6 = port.Options.IPv6Traffic && request.Version != SocksVersion.Socks4;
        List<IPAddress> usable = [.. addresses.Where(a => !(port.Policy.RejectInternalAddresses && HostName.IsInternal(a)))];
        IPAddress? ipv4 = port.Options.IPv4Traffic ? usable.Find(HostName.IsIPv4) : null;
        IPAddress? ipv6 = canUseIPv6 ? usable.Find(a => !HostName.IsIPv4(a)) : null;
        return port.Options.PreferIPv6 ? ipv6 ?? ipv4 : ipv4 ?? ipv6;
    }
}
