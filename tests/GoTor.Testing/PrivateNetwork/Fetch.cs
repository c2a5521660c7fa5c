using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>What one download took.</summary>
/// <param name="FirstByte">From the start of the SOCKS connection to the first byte of the answer.</param>
internal readonly record struct FetchTimes(TimeSpan FirstByte, TimeSpan Total);

/// <summary>Requests to a <see cref="TargetServer"/> through a SOCKS port. Cheap, since it shares the processors with what it measures.</summary>
internal static class Fetch
{
    /// <summary>Downloads and compares every byte.</summary>
    /// <exception cref="InvalidDataException">A byte was wrong, or some were missing.</exception>
    public static async Task<FetchTimes> BytesAsync(
        IPEndPoint socks, TargetServer target, long count, string? user = null, string host = "127.0.0.1", CancellationToken cancel = default)
    {
        long start = TimeProvider.System.GetTimestamp();
        using Socket socket = await SocksClient.ConnectAsync(socks, host, target.Port, user, cancel);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /bytes/{count} HTTP/1.1\r\nHost: {host}\r\n\r\n"), cancel);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(65536);
        try
        {
            int read = await socket.ReceiveAsync(buffer, cancel);
            TimeSpan firstByte = TimeProvider.System.GetElapsedTime(start);
            int length = read, head;
            while ((head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
                length += (read = await socket.ReceiveAsync(buffer.AsMemory(length), cancel)) > 0 ? read : throw TooShort(0);

            long position = Check(buffer.AsSpan((head + 4)..length), 0);
            while ((read = await socket.ReceiveAsync(buffer, cancel)) > 0)
                position += Check(buffer.AsSpan(0, read), position);
            return position == count ? new(firstByte, TimeProvider.System.GetElapsedTime(start)) : throw TooShort(position);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Gets a short text, such as that of <c>/exit</c>.</summary>
    public static async Task<string> TextAsync(
        IPEndPoint socks, TargetServer target, string path, string? user = null, string host = "127.0.0.1", CancellationToken cancel = default)
    {
        using Socket socket = await SocksClient.ConnectAsync(socks, host, target.Port, user, cancel);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), cancel);
        return await BodyAsync(socket, cancel);
    }

    /// <summary>Gets a page of a site that is no <see cref="TargetServer"/>, such as the sandbox's own.</summary>
    public static async Task<string> PageAsync(IPEndPoint socks, string host, string path, string? user = null, CancellationToken cancel = default)
    {
        using Socket socket = await SocksClient.ConnectAsync(socks, host, 80, user, cancel);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), cancel);
        return await BodyAsync(socket, cancel);
    }

    /// <summary>Uploads the first bytes of <see cref="Payload"/>.</summary>
    /// <exception cref="InvalidDataException">The target got something else.</exception>
    public static async Task UploadAsync(IPEndPoint socks, TargetServer target, long count, string? user = null, CancellationToken cancel = default)
    {
        using Socket socket = await SocksClient.ConnectAsync(socks, "127.0.0.1", target.Port, user, cancel);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /upload HTTP/1.1\r\nContent-Length: {count}\r\n\r\n"), cancel);
        for (long position = 0; position < count;)
            position += await socket.SendAsync(Payload.At(position, count - position), cancel);
        string answer = await BodyAsync(socket, cancel);
        if (answer != $"{count} {Payload.Sha256(count)}")
            throw new InvalidDataException($"The target got: {answer}");
    }

    private static async Task<string> BodyAsync(Socket socket, CancellationToken cancel)
    {
        using NetworkStream stream = new(socket);
        using StreamReader reader = new(stream, Encoding.ASCII);
        string answer = await reader.ReadToEndAsync(cancel);
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }

    private static int Check(ReadOnlySpan<byte> bytes, long position) =>
        Payload.Matches(bytes, position) ? bytes.Length : throw new InvalidDataException($"Wrong bytes after {position}.");

    private static InvalidDataException TooShort(long position) => new($"The stream ended after {position} bytes.");
}
