using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>
/// What clients of a private network talk to: HTTP/1.1 on one loopback port, one request per connection, and a plain echo on another.
/// <list type="bullet">
/// <item><c>GET /bytes/N</c>: the first N bytes of <see cref="Payload"/>.</item>
/// <item><c>GET /slow/N/MS</c>: the same, 1 KiB at a time with a pause of MS milliseconds between.</item>
/// <item><c>GET /exit</c>: the address that was connected to; under the name <c>exit.test</c> it is the exit's own.</item>
/// <item><c>GET /hang</c>: no answer until the client leaves.</item>
/// <item><c>POST /upload</c>: reads the body and answers its length and SHA-256.</item>
/// </list>
/// Safe for concurrent use.
/// </summary>
internal sealed class TargetServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _http = new(IPAddress.Loopback, 0);
    private readonly TcpListener _echo = new(IPAddress.Loopback, 0);
    private readonly TcpListener[] _atExits;
    private readonly Task _loops;
    private int _connections;

    /// <param name="exits">Loopback addresses of exits, where the server listens too, on the same port.</param>
    public TargetServer(params IEnumerable<IPAddress> exits)
    {
        _http.Start(1024);
        _echo.Start(1024);
        _atExits = [.. exits.Select(exit => new TcpListener(exit, Port))];
        foreach (TcpListener listener in _atExits)
            listener.Start(1024);
        _loops = Task.WhenAll([
            AcceptAsync(_http, ServeHttpAsync),
            AcceptAsync(_echo, ServeEchoAsync),
            .. _atExits.Select(listener => AcceptAsync(listener, ServeHttpAsync)),
        ]);
    }

    public int Port => ((IPEndPoint)_http.LocalEndpoint).Port;

    public int EchoPort => ((IPEndPoint)_echo.LocalEndpoint).Port;

    /// <summary>Connections accepted so far, on both ports.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public Uri Url(string path) => new($"http://127.0.0.1:{Port}{path}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _http.Dispose();
        _echo.Dispose();
        foreach (TcpListener listener in _atExits)
            listener.Dispose();
        await _loops;
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, Func<Socket, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _ = Task.Run(() => GuardAsync(client, serve));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server stops.
        }
    }

    private async Task GuardAsync(Socket client, Func<Socket, CancellationToken, Task> serve)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await serve(client, _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or FormatException)
            {
                // The client left, or talks nonsense: its connection ends.
            }
        }
    }

    private static async Task ServeEchoAsync(Socket client, CancellationToken cancel)
    {
        byte[] buffer = new byte[16384];
        for (int read; (read = await client.ReceiveAsync(buffer, cancel)) > 0;)
            await SendAllAsync(client, buffer.AsMemory(0, read), cancel);
        client.Shutdown(SocketShutdown.Send);
    }

    private static async Task ServeHttpAsync(Socket client, CancellationToken cancel)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(65536);
        try
        {
            int length = 0, end;
            while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
            {
                int read = length < 8192 ? await client.ReceiveAsync(buffer.AsMemory(length), cancel) : 0;
                if (read == 0)
                    return;
                length += read;
            }

            string[] head = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n");
            string[] path = head[0].Split(' ')[1].Split('/', StringSplitOptions.RemoveEmptyEntries);
            switch (path)
            {
                case ["bytes", string count]:
                    await SendPayloadAsync(client, Number(count), int.MaxValue, TimeSpan.Zero, cancel);
                    break;
                case ["slow", string count, string pause]:
                    await SendPayloadAsync(client, Number(count), 1024, TimeSpan.FromMilliseconds(Number(pause)), cancel);
                    break;
                case ["exit"]:
                    await SendTextAsync(client, "200 OK", ((IPEndPoint)client.LocalEndPoint!).Address.ToString(), cancel);
                    break;
                case ["hang"]:
                    while (await client.ReceiveAsync(buffer, cancel) > 0)
                        continue;
                    return;
                case ["upload"]:
                    await SinkAsync(client, buffer, end + 4, length, ContentLength(head), cancel);
                    break;
                default:
                    await SendTextAsync(client, "404 Not Found", "no such page", cancel);
                    break;
            }

            client.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task SendPayloadAsync(Socket client, long count, int piece, TimeSpan pause, CancellationToken cancel)
    {
        await SendHeadAsync(client, "200 OK", count, cancel);
        for (long position = 0; position < count;)
        {
            ReadOnlyMemory<byte> bytes = Payload.At(position, Math.Min(piece, count - position));
            await SendAllAsync(client, bytes, cancel);
            position += bytes.Length;
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, cancel);
        }
    }

    private static async Task SinkAsync(Socket client, byte[] buffer, int start, int length, long count, CancellationToken cancel)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(buffer.AsSpan(start, length - start));
        long received = length - start;
        for (int read; received < count && (read = await client.ReceiveAsync(buffer, cancel)) > 0; received += read)
            hash.AppendData(buffer.AsSpan(0, read));
        await SendTextAsync(client, "200 OK", $"{received} {Convert.ToHexStringLower(hash.GetHashAndReset())}", cancel);
    }

    private static async Task SendTextAsync(Socket client, string status, string text, CancellationToken cancel)
    {
        await SendHeadAsync(client, status, text.Length, cancel);
        await SendAllAsync(client, Encoding.ASCII.GetBytes(text), cancel);
    }

    private static Task SendHeadAsync(Socket client, string status, long count, CancellationToken cancel) =>
        SendAllAsync(
            client,
            Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status}\r\nContent-Length: {count}\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n")),
            cancel);

    private static async Task SendAllAsync(Socket client, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await client.SendAsync(bytes, cancel)..];
    }

    private static long ContentLength(string[] head) =>
        head.Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => Number(line[15..].Trim()))
            .FirstOrDefault();

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
