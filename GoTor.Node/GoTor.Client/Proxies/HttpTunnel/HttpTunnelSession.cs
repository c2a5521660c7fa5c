using System.Buffers;
using System.Net.Sockets;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Http;

namespace GoTor.Client.Proxies.HttpTunnel;

/// <summary>One application at an HTTPTunnelPort.</summary>
internal sealed class HttpTunnelSession(Socket socket, SocksPort port) : ProxySession(socket, port)
{
    protected override async Task ServeAsync()
    {
        OptimisticData early = new();
        Trace?.Enter(StreamPart.Request);
        if (await ReadHeadAsync(early) is not { } head)
            return;
        Trace?.Leave();
        switch (head.Verdict)
        {
            case HttpConnectVerdict.Connect:
                Port.NoteHead(head);
                await ServeAsync(head.Request!, early, HttpTunnelAnswers.Instance);
                break;
            case HttpConnectVerdict.Reply:
                Port.NoteRefusedHead();
                await Socket.SendAllAsync(head.Reply, Deadline);
                Socket.EndGracefully();
                break;
            default:
                Port.NoteRefusedHead();
                Socket.EndGracefully();
                break;
        }
    }

    /// <summary>Null when the application left, or sends more than a head can be.</summary>
    private async Task<HttpConnectHead?> ReadHeadAsync(OptimisticData early)
    {
        await Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, Deadline);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HttpConnectHead.MaxLength);
        try
        {
            int filled = 0;
            while (filled < HttpConnectHead.MaxLength)
            {
                int count = await Socket.ReceiveAsync(buffer.AsMemory(filled, HttpConnectHead.MaxLength - filled), SocketFlags.None, Deadline);
                if (count == 0)
                    return null;
                int searchFrom = Math.Max(0, filled - 3);
                filled += count;
                int end = HttpConnectHead.FindEnd(buffer.AsSpan(searchFrom, filled - searchFrom));
                if (end < 0)
                    continue;
                end += searchFrom;
                if (filled > end)
                    early.Append(buffer.AsSpan(end, filled - end));
                return HttpConnectHead.Parse(buffer.AsSpan(0, end));
            }

            Port.NoteRefusedHead();
            Socket.EndGracefully();
            return null;
        }
        finally
        {
            // It may have held a password.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
