using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies;

/// <summary>
/// All SOCKS ports of a client and everyone connected to them. Applications may connect before Tor is ready: they wait as long as
/// SocksTimeout lets them. Safe for concurrent use.
/// </summary>
internal sealed class SocksServer : IAsyncDisposable
{
    private readonly SocksServerOptions _options;
    private readonly IStreamConnector _connector;
    private readonly DestinationMapper _mapper;
    private readonly ProxyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<SocksServer> _logger;
    private readonly SemaphoreSlim _slots;
    private readonly Lock _lock = new();
    private readonly Dictionary<ProxySession, Task> _sessions = [];
    private readonly List<SocksListener> _listeners = [];

    // C tor numbers the groups of ports that name none from below, so that they never meet one that was named.
    private int _nextSessionGroup = -4;
    private bool _isStopping;

    public SocksServer(
        SocksServerOptions options, IStreamConnector connector, DestinationMapper mapper, ProxyMetrics metrics, TimeProvider time,
        ILogger<SocksServer> logger)
    {
        _options = options;
        _connector = connector;
        _mapper = mapper;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _slots = new SemaphoreSlim(options.MaxConnections);
    }

    /// <summary>Where the ports listen, in the order of their lines.</summary>
    public IReadOnlyList<EndPoint> LocalEndPoints
    {
        get
        {
            lock (_lock)
                return [.. _listeners.Select(l => l.LocalEndPoint)];
        }
    }

    /// <summary>Where the ports of one kind listen, in the order of their lines.</summary>
    public IReadOnlyList<EndPoint> LocalEndPointsOf(ProxyKind kind)
    {
        lock (_lock)
            return [.. _listeners.Where(l => l.Options.Kind == kind).Select(l => l.LocalEndPoint)];
    }

    /// <summary>More applications than this wait until another leaves.</summary>
    public int MaxConnections => _options.MaxConnections;

    public int ConnectionCount
    {
        get
        {
            lock (_lock)
                return _sessions.Count;
        }
    }

    /// <summary>Opens all ports, or none.</summary>
    /// <exception cref="IOException">One of them cannot be opened; the message says which and why.</exception>
    public async Task StartAsync(IEnumerable<SocksPortOptions> ports)
    {
        List<SocksListener> opened = [];
        try
        {
            foreach (SocksPortOptions options in ports.Where(p => !p.IsDisabled))
                opened.Add(Open(options));
        }
        catch
        {
            foreach (SocksListener listener in opened)
                await listener.DisposeAsync();
            throw;
        }

        lock (_lock)
            _listeners.AddRange(opened);
    }

    /// <summary>
    /// Accepts no more, drops those who have not asked for anything, and lets the others finish until <paramref name="drain"/> has
    /// passed or <paramref name="atOnce"/> is cancelled. Returns when all sockets are closed.
    /// </summary>
    public async Task StopAsync(TimeSpan drain, CancellationToken atOnce)
    {
        SocksListener[] listeners;
        lock (_lock)
        {
            _isStopping = true;
            listeners = [.. _listeners];
            _listeners.Clear();
        }

        foreach (SocksListener listener in listeners)
            await listener.DisposeAsync();
        Abort(s => s.IsInHandshake);
        try
        {
            if (drain > TimeSpan.Zero)
                await Running().WaitAsync(drain, _time, atOnce);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // They had their time.
        }

        Abort(_ => true);
        await Running();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, CancellationToken.None);
        _slots.Dispose();
    }

    /// <summary>Each accepted connection takes a slot, and <see cref="Begin"/> gives it back when the session has ended.</summary>
    public Task WaitForSlotAsync(CancellationToken cancellationToken) => _slots.WaitAsync(cancellationToken);

    public void ReturnSlot() => _slots.Release();

    public void Begin(ProxySession session)
    {
        lock (_lock)
        {
            _sessions.Add(session, Task.Run(() => RunAsync(session)));
            if (!_isStopping)
                return;
        }

        session.Abort();
    }

    private async Task RunAsync(ProxySession session)
    {
        await session.RunAsync();
        lock (_lock)
            _sessions.Remove(session);
        ReturnSlot();
    }

    private SocksListener Open(SocksPortOptions options)
    {
        ListeningSocket listening = ListeningSocket.Open(options);
        string where = options.UnixPath is { } path ? "unix:" + path : listening.LocalEndPoint.ToString()!;
        if (listening.LocalEndPoint is IPEndPoint tcp && !IPAddress.IsLoopback(tcp.Address))
            _logger.NotLoopback(NameOf(options.Kind), where);
        _logger.Listening(NameOf(options.Kind), where);
        int group = options.SessionGroup ?? Interlocked.Decrement(ref _nextSessionGroup);
        return new SocksListener(listening, new SocksPort(options, group, _options, _connector, _mapper, _metrics, _time, _logger), this);
    }

    // C tor's names for them, which programs look for in logs.
    private static string NameOf(ProxyKind kind) => kind switch
    {
        ProxyKind.HttpTunnel => "HTTP tunnel",
        ProxyKind.Transparent => "Transparent pf/netfilter",
        _ => "Socks",
    };

    private void Abort(Func<ProxySession, bool> which)
    {
        ProxySession[] sessions;
        lock (_lock)
            sessions = [.. _sessions.Keys.Where(which)];
        foreach (ProxySession session in sessions)
            session.Abort();
    }

    private Task Running()
    {
        lock (_lock)
            return Task.WhenAll(_sessions.Values);
    }
}
