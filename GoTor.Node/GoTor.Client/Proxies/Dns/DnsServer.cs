using System.Net;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Proxies.Dns;

/// <summary>All DNS ports of a client, each over UDP and TCP. Safe for concurrent use.</summary>
internal sealed class DnsServer(
    SocksServerOptions options, IStreamConnector connector, DestinationMapper mapper, ProxyMetrics proxyMetrics, DnsMetrics metrics,
    TimeProvider time, ILogger<DnsServer> logger) : IAsyncDisposable
{
    private readonly List<DnsListener> _listeners = [];

    // Apart from the groups of SocksServer, which count down from -4: a lookup and a stream share only where a line says so.
    private int _nextSessionGroup = -1_000_000;

    /// <summary>Where the ports listen, in the order of their lines.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => [.. _listeners.Select(listener => listener.LocalEndPoint)];

    /// <summary>Opens all ports, or none. Called once.</summary>
    /// <exception cref="IOException">One of them cannot be opened; the message says which and why.</exception>
    public async Task StartAsync(IEnumerable<SocksPortOptions> ports)
    {
        try
        {
            foreach (SocksPortOptions line in ports.Where(p => !p.IsDisabled))
            {
                SocksPort port = new(line, line.SessionGroup ?? _nextSessionGroup--, options, connector, mapper, proxyMetrics, time, logger);
                DnsListener listener = DnsListener.Open(port, metrics);
                _listeners.Add(listener);
                string where = listener.LocalEndPoint.ToString();
                if (!IPAddress.IsLoopback(listener.LocalEndPoint.Address))
                    logger.NotLoopback("DNS", where);
                logger.Listening("DNS", where);
            }
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DnsListener listener in _listeners)
            await listener.DisposeAsync();
        _listeners.Clear();
    }
}
