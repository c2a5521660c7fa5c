using System.Net;
using System.Net.Sockets;
using System.Text;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Observability;

/// <summary>Traffic through a SOCKS port, counted where an application counts it. Safe for concurrent use.</summary>
internal sealed class CountedTraffic(IPEndPoint socks, TargetServer target)
{
    private long _sent;
    private long _received;
    private int _streams;

    public long Sent => Volatile.Read(ref _sent);

    public long Received => Volatile.Read(ref _received);

    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Downloads so many bytes over a stream of its own.</summary>
    public async Task FetchAsync(long count, string? user = null)
    {
        using Socket socket = await SocksClient.ConnectAsync(socks, "127.0.0.1", target.Port, user);
        Interlocked.Increment(ref _streams);
        byte[] request = Encoding.ASCII.GetBytes($"GET /bytes/{count} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        Assert.Equal(request.Length, await socket.SendAsync(request));
        Interlocked.Add(ref _sent, request.Length);
        byte[] buffer = new byte[65536];
        long received = 0;
        for (int read; (read = await socket.ReceiveAsync(buffer)) > 0; received += read)
            continue;
        Assert.True(received > count);
        Interlocked.Add(ref _received, received);
    }
}
