using System.Diagnostics.Metrics;
using GoTor.Client;
using GoTor.Client.Proxies;
using GoTor.MetricsContract;
using GoTor.Node.Configuration;
using GoTor.Node.Health;
using GoTor.Node.Reporting.Aggregation;
using GoTor.Node.Reporting.OwnGateway;
using GoTor.Node.Reporting.Sending;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Reporting;

/// <summary>
/// Everything that makes a node observable, put together: what listens to its instruments, and what reports to a gateway. Started before
/// the client so that nothing is missed, disposed after it so that the last report has all of it.
/// </summary>
internal sealed class NodeReporting : IAsyncDisposable
{
    /// <summary>As often as a dashboard is worth looking at.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly GrpcReportSink? _remote;
    private readonly GatewaySupervisor? _own;
    private readonly ProcessProbe _probe;
    private readonly TimeProvider _time;
    private readonly string _network;
    private readonly Reporter _reporter;
    private readonly CancellationTokenSource _stopping = new();
    private readonly GatewayToken _token;
    private Task _running = Task.CompletedTask;

    private NodeReporting(MetricsOptions options, string network, string version, IMeterFactory meterFactory, ILoggerFactory loggers, TimeProvider time)
    {
        ILogger logger = loggers.CreateLogger("Metrics");
        (_time, _network) = (time, network);
        _token = new GatewayToken(options.Token ?? BearerToken.Random(), options.TokenFile);
        if (options.Gateway is { } gateway)
        {
            if (options.IsInClear)
                ReportingLog.InClear(logger, gateway.Authority);
            _remote = new GrpcReportSink(gateway, _token);
        }
        else
        {
            GatewayFiles files = GatewayFiles.Find(AppContext.BaseDirectory, Environment.ProcessPath);
            _own = new GatewaySupervisor(files, options.HttpAddress, _token.Current, logger, time, Random.Shared.NextDouble);
        }

        Meters = new MeterAggregator(meterFactory);
        _probe = new ProcessProbe(time);
        _ = new ProcessMetrics(meterFactory, _probe);
        NodeIdentity identity = new(
            options.NodeName, NodeIdentity.NewBootId(), time.GetUtcNow(), version, network, options.Labels, options.Profiling);
        _reporter = new Reporter(
            new ReportBuilder(identity, Meters, time),
            (IReportSink?)_remote ?? _own!,
            Interval,
            Status,
            new ReporterMetrics(meterFactory),
            new ReportTroubleLog(logger, options.Gateway?.Authority ?? "our own child process"),
            time,
            Random.Shared.NextDouble,
            options.Profiling ? request => ProfileRequested?.Invoke(request) : null);
    }

    /// <summary>The gateway asks for a profile, and MetricsProfiling allows it. Raised on the reporter's loop: handlers are quick and do not throw.</summary>
    public event Action<ProfileRequest>? ProfileRequested;

    /// <summary>The totals of this process.</summary>
    public MeterAggregator Meters { get; }

    /// <summary>How reporting goes.</summary>
    public ReporterStatus Status { get; } = new();

    /// <summary>The connection to the gateway, for calls of other kinds; null while there is none.</summary>
    public GrpcReportSink? Gateway => _remote ?? _own?.Current;

    /// <exception cref="IOException">The gateway of our own cannot be started: there is none, or its port is in use.</exception>
    public static NodeReporting Start(
        MetricsOptions options, string network, string version, IMeterFactory meterFactory, ILoggerFactory loggers, TimeProvider time)
    {
        NodeReporting reporting = new(options, network, version, meterFactory, loggers, time);
        reporting._running = Task.Run(() => reporting._reporter.RunAsync(reporting._stopping.Token));
        return reporting;
    }

    /// <summary>From now on reports say how this client and its ports are, until the answer is disposed: then they say how they were last.</summary>
    public IDisposable Watch(TorClient client, SocksServer socks, int configuredPorts)
    {
        HealthBoard board = new(client, socks, configuredPorts, _network, Meters, Status, _probe, _time);
        _reporter.Watch(board);
        return new Watching(this, board);
    }

    /// <summary>Reports carry another token from the next one on. A gateway of our own keeps the one that it was started with.</summary>
    public void UseToken(BearerToken token, string? file) => _token.Use(token, file);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        await _reporter.FinishAsync();
        _stopping.Dispose();
        _remote?.Dispose();
        if (_own is not null)
            await _own.DisposeAsync();
        Meters.Dispose();
    }

    private sealed class Watching(NodeReporting owner, HealthBoard board) : IDisposable
    {
        public void Dispose()
        {
            owner._reporter.Watch(null);
            board.Dispose();
        }
    }
}
