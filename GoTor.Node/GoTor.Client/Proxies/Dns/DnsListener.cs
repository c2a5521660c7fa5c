using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using GoTor.Protocol.Dns;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies.Dns;

/// <summary>One DNSPort: a UDP socket and a TCP socket of one number. Safe for concurrent use.</summary>
internal sealed class DnsListener : IAsyncDisposable
{
    private const int MaxPacketLength = 4096;

    /// <summary>Queries that wait for exits; more are answered with SERVFAIL at once.</summary>
    private const int MaxPending = 10_000;

    private const int MaxConnections = 512;
    private const int ReceiveBufferLength = 1 << 20;
    private const int Attempts = 16;

    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseWhenFull = TimeSpan.FromSeconds(1);

    private readonly SocksPort _port;
    private readonly DnsMetrics _metrics;
    private readonly DnsAnswerer _answerer;
    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _work = [];
    private readonly Task _running;
    private int _pending;

    private DnsListener(SocksPort port, DnsMetrics metrics, Socket udp, Socket tcp)
    {
        (_port, _metrics, _udp, _tcp) = (port, metrics, udp, tcp);
        _answerer = new DnsAnswerer(port, metrics);
        LocalEndPoint = (IPEndPoint)udp.LocalEndPoint!;
        _running = Task.WhenAll(Task.Run(ReceiveAsync), Task.Run(AcceptAsync));
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <exception cref="IOException">The address is in use or not ours.</exception>
    public static DnsListener Open(SocksPort port, DnsMetrics metrics)
    {
        IPEndPoint wanted = port.Options.Address;
        for (int attempt = 1; ; attempt++)
        {
            Socket udp = new(wanted.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            Socket tcp = new(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.ReceiveBufferSize = ReceiveBufferLength;
                udp.Bind(wanted);
                tcp.Bind((IPEndPoint)udp.LocalEndPoint!);
                tcp.Listen(MaxConnections);
                return new DnsListener(port, metrics, udp, tcp);
            }
            catch (SocketException e)
            {
                udp.Dispose();
                tcp.Dispose();

                // A number that the system chose for UDP may be taken for TCP.
                if (wanted.Port != 0 || attempt == Attempts)
                    throw new IOException($"Cannot listen on {wanted} for DNS: {e.Message}.", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await _running;
        Task[] work;
        lock (_lock)
            work = [.. _work];
        await Task.WhenAll(work);
        _stopping.Dispose();
        _connections.Dispose();
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[MaxPacketLength];
        SocketAddress from = new(LocalEndPoint.AddressFamily);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                int count = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, from, _stopping.Token);
                IPEndPoint client = (IPEndPoint)LocalEndPoint.Create(from);
                byte[] packet = buffer[..count];
                Begin(() => AnswerPacketAsync(packet, client));
            }
            catch (SocketException)
            {
                // An answer that reached nobody comes back as an error of the next receive.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerPacketAsync(byte[] packet, IPEndPoint client)
    {
        if (await AnswerAsync(packet, client) is not (DnsQuery query, byte[] reply))
            return;
        try
        {
            await _udp.SendToAsync(DnsReply.ForUdp(query, reply), SocketFlags.None, client, _stopping.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It asks again.
        }
    }

    private async Task<(DnsQuery Query, byte[] Reply)?> AnswerAsync(byte[] packet, IPEndPoint client)
    {
        if (Interlocked.Increment(ref _pending) > MaxPending)
        {
            Interlocked.Decrement(ref _pending);
            _metrics.Ended(DnsOutcome.TooMany);
            return null;
        }

        try
        {
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            using ITimer timer = _port.Time.CreateTimer(
                static source => ((CancellationTokenSource)source!).Cancel(), deadline, _port.Server.SocksTimeout, Timeout.InfiniteTimeSpan);
            return await _answerer.AnswerAsync(packet, client, deadline.Token);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _connections.WaitAsync(_stopping.Token);
                Socket? socket = null;
                try
                {
                    socket = await _tcp.AcceptAsync(_stopping.Token);
                }
                finally
                {
                    if (socket is null)
                        _connections.Release();
                }

                Begin(() => ServeAsync(socket));
            }
            catch (SocketException)
            {
                await Task.Delay(PauseWhenFull, _port.Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Queries one after the other, each with its length in front. RFC 1035 §4.2.2.</summary>
    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                IPEndPoint client = (IPEndPoint)socket.RemoteEndPoint!;
                byte[] prefix = new byte[2];
                while (await FillAsync(socket, prefix))
                {
                    byte[] packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                    if (packet.Length > MaxPacketLength || !await FillAsync(socket, packet)
                        || await AnswerAsync(packet, client) is not (_, byte[] reply))
                        return;
                    byte[] framed = new byte[reply.Length + 2];
                    BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)reply.Length);
                    reply.CopyTo(framed, 2);
                    await socket.SendAllAsync(framed, _stopping.Token);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It went away, or we do.
        }
        finally
        {
            _connections.Release();
        }
    }

    private async Task<bool> FillAsync(Socket socket, Memory<byte> buffer)
    {
        using CancellationTokenSource idle = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using ITimer timer = _port.Time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), idle, IdleTimeout, Timeout.InfiniteTimeSpan);
        while (!buffer.IsEmpty)
        {
            int count = await socket.ReceiveAsync(buffer, SocketFlags.None, idle.Token);
            if (count == 0)
                return false;
            buffer = buffer[count..];
        }

        return true;
    }

    private void Begin(Func<Task> work)
    {
        Task task = Task.Run(work);
        lock (_lock)
            _work.Add(task);
        _ = task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void Forget(Task task)
    {
        lock (_lock)
            _work.Remove(task);
    }
}
