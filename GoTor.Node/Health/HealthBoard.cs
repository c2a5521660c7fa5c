using GoTor.Client;
using GoTor.Client.Proxies;
using GoTor.Client.Telemetry;
using GoTor.MetricsContract;
using GoTor.Node.Hosting;
using GoTor.Node.Reporting;
using GoTor.Node.Reporting.Aggregation;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Health;

/// <summary>Looks at a running client and its ports, and says how the node is. Safe for concurrent use.</summary>
internal sealed class HealthBoard : INodeConditionSource, IDisposable
{
    private static readonly TimeSpan Recently = TimeSpan.FromMinutes(5);

    private readonly TorClient _client;
    private readonly SocksServer _socks;
    private readonly int _configuredPorts;
    private readonly string _network;
    private readonly MeterAggregator _meters;
    private readonly ReporterStatus _reporter;
    private readonly ProcessProbe _probe;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly RecentCount _successes;
    private readonly RecentCount _failures;

    /// <param name="configuredPorts">SOCKS ports that the configuration asks for.</param>
    /// <param name="network">"public" or "custom".</param>
    public HealthBoard(
        TorClient client, SocksServer socks, int configuredPorts, string network, MeterAggregator meters, ReporterStatus reporter, ProcessProbe probe, TimeProvider time)
    {
        (_client, _socks, _configuredPorts, _network, _meters, _reporter, _probe, _time) =
            (client, socks, configuredPorts, network, meters, reporter, probe, time);
        DateTimeOffset now = time.GetUtcNow();
        (_successes, _failures) = (new(Recently, now), new(Recently, now));
        client.StatusChanged += OnStatusChanged;
    }

    public event Action? MayHaveChanged;

    public NodeCondition Look()
    {
        HealthInputs inputs = Gather();
        BootstrapSnapshot bootstrap = inputs.Client.Bootstrap;
        (string tag, string summary) = BootstrapWords.Of(bootstrap.Phase);
        return new NodeCondition(
            new Bootstrap { Percent = (uint)bootstrap.Percent, Tag = tag, Summary = summary },
            [.. HealthChecks.All(inputs).Select(verdict => MessageOf(verdict, inputs.Now))]);
    }

    public void Dispose() => _client.StatusChanged -= OnStatusChanged;

    private void OnStatusChanged() => MayHaveChanged?.Invoke();

    private HealthInputs Gather()
    {
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            return new HealthInputs
            {
                Now = now,
                Network = _network,
                Client = _client.Status,
                Activity = CountActivity(now),
                Socks = new SocksStatus(_configuredPorts, _socks.LocalEndPoints.Count, _socks.ConnectionCount, _socks.MaxConnections),
                Resources = _probe.Read(),
                Reporter = _reporter.Current,
            };
        }
    }

    private ActivityCounts CountActivity(DateTimeOffset now)
    {
        long successes = (long)_meters.Total("gotor.connection.successes");
        long failures = (long)_meters.Total("gotor.connection.failures");
        return new ActivityCounts(
            (long)_meters.Total("gotor.circuit.builds.failed", "purpose", "user"),
            (long)_meters.Total("gotor.connection.attempts"),
            successes,
            failures,
            _successes.Update(now, successes),
            _failures.Update(now, failures),
            _meters.Mean("gotor.tls.handshake.duration") is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    private static HealthComponent MessageOf(Verdict verdict, DateTimeOffset now)
    {
        HealthComponent component = new()
        {
            Name = verdict.Component,
            Message = verdict.Message,
            CheckedUnixMs = now.ToUnixTimeMilliseconds(),
            Status = verdict.Level switch
            {
                HealthLevel.Healthy => HealthStatus.Healthy,
                HealthLevel.Degraded => HealthStatus.Degraded,
                _ => HealthStatus.Unhealthy,
            },
        };
        foreach ((string name, string value) in verdict.Details)
            component.Details.Add(name, value);
        return component;
    }
}
