using System.Buffers;
using System.Net.Sockets;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>One application that speaks SOCKS.</summary>
internal sealed class SocksSession(Socket socket, SocksPort port) : ProxySession(socket, port)
{
    private const int HandshakeBufferLength = 1024;

    protected override async Task ServeAsync()
    {
        OptimisticData early = new();
        Trace?.Enter(StreamPart.Request);
        SocksRequest? request = await ReadRequestAsync(early);
        if (request is null)
            return;
        Trace?.Leave();
        await ServeAsync(request, early, new SocksReplies(request, Port.Options.ExtendedErrors));
    }

    /// <summary>Null when there is none; then everything is said and done.</summary>
    private async Task<SocksRequest?> ReadRequestAsync(OptimisticData early)
    {
        SocksHandshake handshake = new(Port.Handshake);
        await Socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, Deadline);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HandshakeBufferLength);
        try
        {
            int filled = 0;
            while (true)
            {
                int count = await Socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, Deadline);
                if (count == 0)
                    return null;
                filled += count;
                SocksStep step = handshake.Read(buffer.AsSpan(0, filled), out int consumed);
                ReadOnlyMemory<byte> reply = handshake.TakeReply();
                if (!reply.IsEmpty)
                    await Socket.SendAllAsync(reply, Deadline);
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
                    Port.NoteRefusal(handshake.Refusal!.Value);
                    Trace?.Failed(handshake.Refusal.Value.ToString());
                    Socket.EndGracefully();
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
}
