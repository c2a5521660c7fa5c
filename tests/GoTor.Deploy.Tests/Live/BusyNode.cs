using System.Diagnostics.Metrics;
using GoTor.Client;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Directory;
using GoTor.Client.Directory.Consensuses;
using GoTor.Client.Directory.Fetching;
using GoTor.Client.Directory.Servers;
using GoTor.Client.Guards;
using GoTor.Client.Proxies;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry;
using GoTor.MetricsContract;
using GoTor.Node.Reporting;
using GoTor.Node.Reporting.Aggregation;
using GoTor.Node.Reporting.Sending;
using GoTor.Protocol.Network;
using GoTor.Protocol.Socks;
using GoTor.Testing;
using GoTor.Testing.Network;

namespace GoTor.Deploy.Tests.Live;

/// <summary>
/// A node to which everything happens: the real instruments of every room, the real aggregation and reports over gRPC, and only the
/// happenings made up. What a room renames or stops to measure is missed by the dashboards at once.
/// </summary>
internal sealed class BusyNode : IAsyncDisposable
{
    private static readonly string[] Components = ["bootstrap", "circuits", "clock", "connections", "directory", "guards", "reporter", "resources", "socks"];

    private readonly TestMeterFactory _meters = new();
    private readonly MeterAggregator _aggregator;
    private readonly ReportBuilder _reports;
    private readonly GrpcReportSink _sink;
    private readonly BootstrapStatus _bootstrap = new();
    private readonly ChannelMetrics _channels;
    private readonly CircuitMetrics _circuits;
    private readonly CircuitManagerMetrics _manager;
    private readonly DirectoryMetrics _directory;
    private readonly GuardMetrics _guards;
    private readonly ProxyMetrics _proxy;
    private readonly StreamMetrics _streams;
    private readonly ReporterMetrics _reporter;

    public BusyNode(string name, Uri gateway, BearerToken token)
    {
        TimeProvider time = TimeProvider.System;
        _aggregator = new MeterAggregator(_meters);
        _ = new ClientMetrics(_meters, time, _bootstrap, () => 3, () => TimeSpan.FromSeconds(0.4));
        _ = new ProcessMetrics(_meters, new ProcessProbe(time));
        _channels = new ChannelMetrics(_meters);
        _circuits = new CircuitMetrics(_meters);
        _manager = new CircuitManagerMetrics(_meters, () => (2, 1), () => (1, 1), () => TimeSpan.FromSeconds(9));
        _directory = new DirectoryMetrics(_meters, time);
        _guards = new GuardMetrics(_meters);
        _proxy = new ProxyMetrics(_meters);
        _streams = new StreamMetrics(_meters);
        _reporter = new ReporterMetrics(_meters);
        _bootstrap.Report(BootstrapPhase.Done);
        _guards.Counted(new GuardCounts(3, 2, 20, 3));
        _directory.NetworkChanged(SyntheticNetwork.Of(SyntheticNetwork.Mixed(60, 1), at: time.GetUtcNow()), isEnough: true);
        NodeIdentity identity = new(
            name, NodeIdentity.NewBootId(), time.GetUtcNow(), "0.1.0", "sandbox", new Dictionary<string, string>(), OffersProfiles: false);
        _reports = new ReportBuilder(identity, _aggregator, time);
        _sink = new GrpcReportSink(gateway, new GatewayToken(token, null));
    }

    /// <summary>Lets everything happen, and reports it.</summary>
    public async Task<ReportOutcome> WorkAsync(int round, CancellationToken cancel)
    {
        TimeSpan took = TimeSpan.FromMilliseconds(100 + (round * 37 % 900));
        Channels(took);
        foreach (TrafficPurpose purpose in Enum.GetValues<TrafficPurpose>())
            CircuitsAndStreams(purpose, took);
        Applications(took);
        _directory.FetchEnded(DirectoryDocument.Consensus, DirectoryServerKind.Guard, FetchOutcome.Success, 50_000, took);
        _directory.FetchEnded(DirectoryDocument.Microdescriptors, DirectoryServerKind.Fallback, FetchOutcome.NotModified, 0, took);
        _directory.ConsensusJudged(ConsensusVerdict.Accepted);
        _directory.LoopRestarted();
        _guards.Picked();
        _guards.Succeeded();
        _guards.Failed();
        _guards.Unavailable();
        _reporter.Sent(ReportResult.Accepted, took, 4_000);
        NodeReport report = _reports.Build(Condition(), TimeSpan.FromSeconds(1), final: false);
        // A name that is the gateway's own: it leaves the series out, and counts that.
        report.Families.Add(new MetricFamily { Name = "gotor.node.up", Type = MetricType.Gauge, Samples = { new Sample { Value = 1 } } });
        return await _sink.SendAsync(report, cancel);
    }

    private void Channels(TimeSpan took)
    {
        _channels.Attempted(isRetry: true);
        _channels.TlsHandshakeDone(took);
        _channels.LinkHandshakeDone(took);
        _channels.Opened();
        _channels.BatchRead(51_400, 100, 3, 1);
        _channels.BatchWritten(25_700, 50);
        _channels.PaddingWritten();
        _channels.CircuitViolation();
        _channels.Closed(ChannelEnd.ClosedByUs);
        _channels.Failed(ChannelEnd.ConnectFailed);
    }

    private void CircuitsAndStreams(TrafficPurpose purpose, TimeSpan took)
    {
        for (int i = 0; i < 5; i++)
        {
            _circuits.BuildStarted(purpose);
            _circuits.Built(purpose, took);
            _circuits.Ended(purpose, CircuitEndKind.ClosedByUs);
            _streams.Created(purpose);
            _streams.Opened(purpose, took);
            _streams.FirstByte(purpose, took * 2);
            _streams.Data(purpose, 2_000, 90_000);
            _streams.Closed(purpose, wasOpen: true);
        }

        _circuits.BuildStarted(purpose);
        _circuits.BuildFailed(purpose, CircuitEndKind.Destroyed);
        _circuits.DigestFailed();
        _streams.Created(purpose);
        _streams.Closed(purpose, wasOpen: false);
        _manager.Attached(shared: true);
        _manager.Attached(shared: false);
        _manager.StreamRetried(StreamRetryReason.Timeout);
        _manager.BuildTimedOut();
    }

    private void Applications(TimeSpan took)
    {
        for (int i = 0; i < 4; i++)
        {
            _proxy.Accepted();
            _proxy.Requested(SocksCommand.Connect);
            _proxy.Connected(took);
            _proxy.FirstByte(took * 2);
            _proxy.Closed();
        }

        _proxy.Accepted();
        _proxy.Requested(SocksCommand.Resolve);
        _proxy.Failed(SocksReplyCode.HostUnreachable);
        _proxy.Refused(SocksRefusal.Http);
        _proxy.Closed();
    }

    private static NodeCondition Condition() => new(
        new Bootstrap { Percent = 100, Tag = "done", Summary = "Done" },
        [.. Components.Select(name => new HealthComponent
        {
            Name = name,
            Status = HealthStatus.Healthy,
            Message = "Well",
            CheckedUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        })]);

    public ValueTask DisposeAsync()
    {
        _sink.Dispose();
        _aggregator.Dispose();
        _meters.Dispose();
        return ValueTask.CompletedTask;
    }
}
