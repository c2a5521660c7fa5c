using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Mapping;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Proxies;

/// <summary>A SOCKS server on a port that the system chose, in front of a fake Tor, and applications to connect to it.</summary>
internal sealed class SocksHarness : IAsyncDisposable, IMeterFactory
{
    private readonly List<Meter> _meters = [];
    private SocksServer? _server;

    public FakeConnector Tor { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public AddressMap Map { get; private set; }

    /// <summary>The exits that there are.</summary>
    public Func<string, Relay?> FindExit { get; set; } = _ => null;

    public FakeLogger<SocksServer> Logger { get; } = new();

    public SocksHarness() => Map = new AddressMap(new AddressMapOptions(), TorRandom.Secure, Time);

    public SocksServer Server => _server!;

    /// <param name="port">A SocksPort line.</param>
    public static async Task<SocksHarness> StartAsync(
        string port = "auto", SocksServerOptions? options = null, AddressMapOptions? map = null, ProxyKind kind = ProxyKind.Socks)
    {
        SocksHarness harness = new();
        if (map is not null)
            harness.Map = new AddressMap(map, TorRandom.Secure, harness.Time);
        harness._server = harness.NewServer(options);
        await harness._server.StartAsync([SocksPortOptions.Parse(port, kind)]);
        return harness;
    }

    public SocksServer NewServer(SocksServerOptions? options = null) =>
        new(options ?? new SocksServerOptions(), new ExitTracker(Tor, Map, Time), new DestinationMapper(Map, name => FindExit(name)), new ProxyMetrics(this), Time, Logger);

    /// <summary>An application that connects, and sends bytes (one per char).</summary>
    public async Task<Application> ConnectAsync(string bytes = "", int port = 0)
    {
        EndPoint where = Server.LocalEndPoints[port];
        Socket socket = where is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(where);
        Application application = new(socket);
        await application.SendAsync(bytes);
        return application;
    }

    /// <summary>Waits for something that other threads do.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(1, patience.Token);
    }

    public Meter Create(MeterOptions options)
    {
        Meter meter = new(options.Name, options.Version, options.Tags, scope: this);
        _meters.Add(meter);
        return meter;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _meters.ForEach(m => m.Dispose());
    }

    void IDisposable.Dispose() => _meters.ForEach(m => m.Dispose());
}

/// <summary>The other end of a SOCKS connection.</summary>
internal sealed class Application(Socket socket) : IDisposable
{
    public const string NoAuth = "\x05\x01\0";

    public Socket Socket => socket;

    /// <summary>A whole SOCKS 5 conversation up to CONNECT; the reply to the method is read by <see cref="ReadReplyAsync"/>.</summary>
    public static string Connect5(string host, int port = 80, int command = 1) =>
        $"{NoAuth}\x05{(char)command}\0\x03{(char)host.Length}{host}{(char)(port >> 8)}{(char)(port & 0xFF)}";

    public async Task SendAsync(string bytes)
    {
        if (bytes.Length > 0)
            await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
    }

    public async Task<string> ReadAsync(int count)
    {
        byte[] buffer = new byte[count];
        int got = 0;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (got < count)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(got), SocketFlags.None, patience.Token);
            if (read == 0)
                break;
            got += read;
        }

        return Encoding.Latin1.GetString(buffer, 0, got);
    }

    /// <summary>The method and the reply, in hexadecimal.</summary>
    public async Task<string> ReadReplyAsync(int length = 12) => Convert.ToHexStringLower(Encoding.Latin1.GetBytes(await ReadAsync(length)));

    /// <summary>Everything until the other end closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        StringBuilder all = new();
        byte[] buffer = new byte[65536];
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, patience.Token) is int count and > 0)
                all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            all.Append("[reset]");
        }

        return all.ToString();
    }

    public async Task<string> ReadToEndHexAsync() => Convert.ToHexStringLower(Encoding.Latin1.GetBytes(await ReadToEndAsync()));

    public void Dispose() => socket.Dispose();
}
