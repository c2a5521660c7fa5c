using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.ControlPort;
using GoTor.Client.Directory;
using GoTor.Client.Directory.Consensuses;
using GoTor.Client.Directory.Fetching;
using GoTor.Client.Directory.Servers;
using GoTor.Client.Guards;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Dns;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Socks;
using GoTor.Testing;

namespace GoTor.Client.Tests.Telemetry;

/// <summary>docs/METRICS.md says what the code has: every instrument, its unit, type and tags, and no other.</summary>
public sealed partial class MetricsDocumentTests : IDisposable
{
    private static readonly TimeSpan Some = TimeSpan.FromSeconds(1);

    private readonly TestMeterFactory _meters = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Instrument> _instruments = [];
    private readonly Dictionary<string, SortedSet<string>> _tags = [];

    public MetricsDocumentTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope != _meters)
                return;
            Assert.Equal("GoTor", instrument.Meter.Name);
            _instruments.Add(instrument.Name, instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        _listener.Start();
        RecordEverything(_meters);
        _listener.RecordObservableInstruments();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void EveryInstrument_IsInTheManual_AsItIs_AndNoOther()
    {
        IEnumerable<string> documented = Table("## Instruments").Select(row => string.Join(" | ", row.Take(4)));
        IEnumerable<string> real = _instruments.Values.Select(instrument =>
            $"{instrument.Name} | {instrument.Unit} | {instrument.GetType().Name.Split('`')[0]} | {string.Join(", ", _tags.GetValueOrDefault(instrument.Name, []))}");
        Assert.Equal(real.Order(), documented.Select(SortTags).Order());
    }

    [Fact]
    public void EveryMetricsClass_IsLookedAt()
    {
        IEnumerable<string> all = typeof(TorClient).Assembly.GetTypes().Select(type => type.Name).Where(name => name.EndsWith("Metrics", StringComparison.Ordinal));
        Assert.Equal(
            [
                nameof(ChannelMetrics), nameof(CircuitManagerMetrics), nameof(CircuitMetrics), nameof(ClientMetrics), nameof(ControlMetrics), nameof(DirectoryMetrics), nameof(DnsMetrics),
                nameof(GuardMetrics), nameof(ProxyMetrics), nameof(StreamMetrics),
            ],
            all.Order());
    }

    [Fact]
    public void EveryHistogram_IsInSeconds_WithTheSharedBuckets()
    {
        Histogram<double>[] histograms = [.. _instruments.Values.OfType<Histogram<double>>()];
        Assert.Equal(8, histograms.Length);
        Assert.All(histograms, histogram => Assert.Equal("s", histogram.Unit));
        Assert.All(histograms, histogram => Assert.Same(DurationBuckets.Advice, histogram.Advice));
        IReadOnlyList<double> bounds = DurationBuckets.Advice.HistogramBucketBoundaries!;
        Assert.Equal(bounds.Order().Distinct(), bounds);
    }

    [Fact]
    public void EveryFieldOfGoTor_HasASource_OrAReasonWhyNot()
    {
        // go-tor's pkg/metrics Snapshot, in its order.
        string[] fields =
        [
            "CircuitBuilds", "CircuitBuildSuccess", "CircuitBuildFailure", "CircuitBuildTimeAvg", "CircuitBuildTimeP95", "ActiveCircuits",
            "ConnectionAttempts", "ConnectionSuccess", "ConnectionFailures", "ConnectionRetries", "TLSHandshakeAvg", "TLSHandshakeP95",
            "ActiveConnections", "StreamsCreated", "StreamsClosed", "StreamFailures", "ActiveStreams", "StreamData", "GuardsActive",
            "GuardsConfirmed", "SocksConnections", "SocksRequests", "SocksErrors", "IsolatedCircuits", "IsolationKeys", "IsolationHits",
            "IsolationMisses", "ReplayAttemptsDetected", "ReplayForwardAttempts", "ReplayBackwardAttempts", "OutOfOrderCells", "UptimeSeconds",
        ];
        string[][] mapping = [.. Table("## go-tor's fields")];
        Assert.Equal(fields, mapping.Select(row => row[0]));
        Assert.All(mapping, row =>
        {
            MatchCollection sources = Quoted().Matches(row[1]);
            Assert.True(sources.Count > 0 || row[1].StartsWith("no source", StringComparison.Ordinal), row[0]);
            Assert.All(sources, source => Assert.Contains(source.Groups[1].Value, _instruments.Keys));
        });
    }

    private static void RecordEverything(IMeterFactory meters)
    {
        _ = new ClientMetrics(meters, TimeProvider.System, new BootstrapStatus(), () => 1, () => Some);
        RecordConnections(new ChannelMetrics(meters));
        RecordCircuits(new CircuitMetrics(meters), new CircuitManagerMetrics(meters, () => (1, 1), () => (1, 1), () => Some));
        RecordStreams(new StreamMetrics(meters));
        RecordRequests(new ProxyMetrics(meters));
        RecordControllers(new ControlMetrics(meters));
        DnsMetrics dns = new(meters);
        foreach (DnsOutcome outcome in Enum.GetValues<DnsOutcome>())
            dns.Ended(outcome);
        RecordDirectory(new DirectoryMetrics(meters, TimeProvider.System));
        var guards = new GuardMetrics(meters);
        guards.Picked();
        guards.Succeeded();
        guards.Failed();
        guards.Unavailable();
    }

    private static void RecordConnections(ChannelMetrics metrics)
    {
        metrics.Attempted(isRetry: true);
        metrics.Failed(ChannelEnd.Violation);
        metrics.TlsHandshakeDone(Some);
        metrics.LinkHandshakeDone(Some);
        metrics.Opened();
        metrics.BatchRead(1, 1, padding: 1, stray: 1);
        metrics.BatchWritten(1, 1);
        metrics.PaddingWritten();
        metrics.CircuitViolation();
        metrics.Closed(ChannelEnd.Violation);
    }

    private static void RecordCircuits(CircuitMetrics circuits, CircuitManagerMetrics manager)
    {
        circuits.BuildStarted(TrafficPurpose.User);
        circuits.Built(TrafficPurpose.User, Some);
        circuits.BuildFailed(TrafficPurpose.User, CircuitEndKind.Violation);
        circuits.Ended(TrafficPurpose.User, CircuitEndKind.Violation);
        circuits.DigestFailed();
        manager.Attached(shared: true);
        manager.Attached(shared: false);
        manager.StreamRetried(StreamRetryReason.Timeout);
        manager.BuildTimedOut();
    }

    private static void RecordStreams(StreamMetrics metrics)
    {
        metrics.Created(TrafficPurpose.User);
        metrics.Opened(TrafficPurpose.User, Some);
        metrics.FirstByte(TrafficPurpose.User, Some);
        metrics.Data(TrafficPurpose.User, 1, 1);
        metrics.Closed(TrafficPurpose.User, wasOpen: true);
        metrics.Closed(TrafficPurpose.User, wasOpen: false);
    }

    private static void RecordRequests(ProxyMetrics metrics)
    {
        metrics.Accepted();
        metrics.Requested(SocksCommand.Connect);
        metrics.Connected(Some);
        metrics.FirstByte(Some);
        metrics.Refused(SocksRefusal.Http);
        metrics.TimedOut();
        metrics.Failed(SocksReplyCode.GeneralFailure);
        metrics.Closed();
    }

    private static void RecordControllers(ControlMetrics metrics)
    {
        metrics.Accepted();
        metrics.AuthenticationFailed();
        metrics.Closed();
    }

    private static void RecordDirectory(DirectoryMetrics metrics)
    {
        metrics.FetchEnded(DirectoryDocument.Consensus, DirectoryServerKind.Guard, FetchOutcome.Success, 1, Some);
        metrics.ConsensusJudged(ConsensusVerdict.Accepted);
        metrics.LoopRestarted();
    }

    private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_tags.TryGetValue(instrument.Name, out SortedSet<string>? keys))
            _tags.Add(instrument.Name, keys = new SortedSet<string>(StringComparer.Ordinal));
        foreach (KeyValuePair<string, object?> tag in tags)
            keys.Add(tag.Key);
    }

    private static string SortTags(string row)
    {
        string[] cells = row.Split(" | ");
        cells[3] = string.Join(", ", cells[3].Split(", ").Order(StringComparer.Ordinal));
        return string.Join(" | ", cells);
    }

    /// <summary>The cells of the table under a heading, without its two header lines.</summary>
    private static IEnumerable<string[]> Table(string heading) =>
        File.ReadLines(Path.Combine(Checkout.Root, "docs", "METRICS.md"))
            .SkipWhile(line => line != heading)
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    [GeneratedRegex("`(gotor[^`]+)`")]
    private static partial Regex Quoted();
}
