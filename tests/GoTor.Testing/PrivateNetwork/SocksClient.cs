using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>A SOCKS5 proxy said no. <paramref name="reply"/> is its reply code. RFC 1928 §6, socks-extensions §1.3.</summary>
internal sealed class SocksRefusedException(byte reply) : IOException($"SOCKS reply 0x{reply:X2}")
{
    public byte Reply => reply;
}

/// <summary>A small SOCKS5 client with Tor's RESOLVE. RFC 1928, RFC 1929, socks-extensions.</summary>
internal static class SocksClient
{
    private const byte CommandConnect = 1, CommandResolve = 0xF0, CommandResolvePtr = 0xF1;

    /// <param name="host">A name, or an address in text.</param>
    /// <param name="user">A user name, to isolate by; null for none.</param>
    /// <returns>A connection to the target. The caller disposes it.</returns>
    /// <exception cref="SocksRefusedException">The proxy could not connect.</exception>
    public static async Task<Socket> ConnectAsync(IPEndPoint proxy, string host, int port, string? user = null, CancellationToken cancel = default)
    {
        (Socket socket, _) = await RequestAsync(proxy, CommandConnect, host, port, user, cancel);
        return socket;
    }

    /// <returns>The address of a name, as the exit sees it.</returns>
    public static async Task<string> ResolveAsync(IPEndPoint proxy, string name, string? user = null, CancellationToken cancel = default)
    {
        (Socket socket, string answer) = await RequestAsync(proxy, CommandResolve, name, 0, user, cancel);
        socket.Dispose();
        return answer;
    }

    /// <returns>The name of an address, as the exit sees it.</returns>
    public static async Task<string> ResolvePtrAsync(IPEndPoint proxy, string address, string? user = null, CancellationToken cancel = default)
    {
        (Socket socket, string answer) = await RequestAsync(proxy, CommandResolvePtr, address, 0, user, cancel);
        socket.Dispose();
        return answer;
    }

    private static async Task<(Socket Socket, string Bound)> RequestAsync(
        IPEndPoint proxy, byte command, string host, int port, string? user, CancellationToken cancel)
    {
        Socket socket = new(proxy.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        byte[] buffer = ArrayPool<byte>.Shared.Rent(600);
        try
        {
            await socket.ConnectAsync(proxy, cancel);
            await SendAsync(socket, buffer.AsMemory(0, WriteGreeting(buffer, user)), cancel);
            await ReceiveAsync(socket, buffer.AsMemory(0, 2), cancel);
            if (buffer[1] == 0xFF)
                throw new SocksRefusedException(buffer[1]);
            if (user is not null)
            {
                await SendAsync(socket, buffer.AsMemory(0, WriteCredentials(buffer, user)), cancel);
                await ReceiveAsync(socket, buffer.AsMemory(0, 2), cancel);
                if (buffer[1] != 0)
                    throw new SocksRefusedException(buffer[1]);
            }

            await SendAsync(socket, buffer.AsMemory(0, WriteRequest(buffer, command, host, port)), cancel);
            await ReceiveAsync(socket, buffer.AsMemory(0, 5), cancel);
            if (buffer[1] != 0)
                throw new SocksRefusedException(buffer[1]);
            int addressLength = buffer[3] switch { 1 => 4, 4 => 16, _ => 1 + buffer[4] };
            await ReceiveAsync(socket, buffer.AsMemory(5, addressLength + 1), cancel);
            string bound = buffer[3] == 3
                ? Encoding.ASCII.GetString(buffer, 5, addressLength - 1)
                : new IPAddress(buffer.AsSpan(4, addressLength)).ToString();
            return (socket, bound);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int WriteGreeting(byte[] buffer, string? user)
    {
        byte method = user is null ? (byte)0 : (byte)2;
        new byte[] { 5, 1, method }.CopyTo(buffer, 0);
        return 3;
    }

    private static int WriteCredentials(byte[] buffer, string user)
    {
        buffer[0] = 1;
        int length = buffer[1] = (byte)Encoding.ASCII.GetBytes(user, buffer.AsSpan(2));
        buffer[length + 2] = 1;
        buffer[length + 3] = (byte)'x';
        return length + 4;
    }

    private static int WriteRequest(byte[] buffer, byte command, string host, int port)
    {
        (buffer[0], buffer[1], buffer[2]) = (5, command, 0);
        int end;
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            buffer[3] = address.AddressFamily == AddressFamily.InterNetwork ? (byte)1 : (byte)4;
            address.TryWriteBytes(buffer.AsSpan(4), out int written);
            end = 4 + written;
        }
        else
        {
            buffer[3] = 3;
            buffer[4] = (byte)Encoding.ASCII.GetBytes(host, buffer.AsSpan(5));
            end = 5 + buffer[4];
        }

        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(end), (ushort)port);
        return end + 2;
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, cancel)..];
    }

    private static async Task ReceiveAsync(Socket socket, Memory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
        {
            int read = await socket.ReceiveAsync(bytes, cancel);
            if (read == 0)
                throw new EndOfStreamException("The proxy closed the connection.");
            bytes = bytes[read..];
        }
    }
}
