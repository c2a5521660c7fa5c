using GoTor.MetricsContract;
using GoTor.Node.Reporting;
using GoTor.Node.Reporting.Aggregation;
using GoTor.Node.Reporting.Sending;
using GoTor.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Node.Tests.Reporting;

public sealed class ReporterTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly TestMeterFactory _meters = new();
    private readonly MeterAggregator _aggregator;
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly FakeSink _sink = new();
    private readonly FakeLogger _log = new();
    private readonly ReporterStatus _status = new();
    private readonly List<ProfileRequest> _profiles = [];
    private readonly Reporter _reporter;
    private Task _running = Task.CompletedTask;

    public ReporterTests()
    {
        _aggregator = new MeterAggregator(_meters);
        NodeIdentity identity = new("me", "boot", DateTimeOffset.UnixEpoch, "1.2.3", "custom", new Dictionary<string, string> { ["region"] = "eu" }, true);
        _reporter = new Reporter(
            new ReportBuilder(identity, _aggregator, _time), _sink, Interval, _status, new ReporterMetrics(_meters),
            new ReportTroubleLog(_log, "gateway:9053"), _time, () => 1, _profiles.Add);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
        _aggregator.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Reports_GoOutAtOnceAndEachInterval_WithGrowingSequence()
    {
        await StartAsync();
        for (int i = 1; i <= 4; i++)
        {
            await _sink.CountAsync(i);
            await PassAsync(Interval);
        }

        Assert.Equal([1ul, 2ul, 3ul, 4ul], _sink.Sent.Take(4).Select(report => report.Sequence));
        NodeReport report = _sink.Sent[0];
        Assert.Equal(("me", "boot", "1.2.3", "custom", 1u, 1000u), (report.NodeId, report.BootId, report.Version, report.Network, report.Contract, report.IntervalMs));
        Assert.Equal("eu", report.Labels["region"]);
        Assert.True(report.Profiling);
        Assert.False(report.Final);
        Assert.Equal("starting", report.Bootstrap.Tag);
    }

    [Fact]
    public async Task Report_HoldsEveryInstrument_WithItsTotals()
    {
        var meter = _meters.Create(new System.Diagnostics.Metrics.MeterOptions("GoTor"));
        meter.CreateCounter<long>("gotor.things", "{thing}", "Things.").Add(7, new KeyValuePair<string, object?>("kind", "good"));
        meter.CreateHistogram<double>("gotor.wait", "s", "Waits.", null, new() { HistogramBucketBoundaries = [1, 2] }).Record(1.5);
        meter.CreateObservableGauge("gotor.now", () => 3.5, "s", "Now.");
        meter.CreateCounter<long>("gotor.nothing", "{thing}", "Nothing yet.");
        await StartAsync();
        await _sink.CountAsync(1);
        Dictionary<string, MetricFamily> families = _sink.Sent[0].Families.ToDictionary(family => family.Name);
        MetricFamily things = families["gotor.things"];
        Assert.Equal((MetricType.Counter, "{thing}", "Things."), (things.Type, things.Unit, things.Help));
        Sample sample = Assert.Single(things.Samples);
        Assert.Equal((7, "kind", "good"), (sample.Value, sample.Labels[0].Name, sample.Labels[0].Value));
        Histogram histogram = Assert.Single(families["gotor.wait"].Samples).Histogram;
        Assert.Equal([1, 2], histogram.Bounds);
        Assert.Equal([0ul, 1ul, 0ul], histogram.Counts);
        Assert.Equal(1.5, histogram.Sum);
        Assert.Equal(3.5, Assert.Single(families["gotor.now"].Samples).Value);
        Assert.Empty(families["gotor.nothing"].Samples);
    }

    [Fact]
    public async Task ConditionThatTurns_IsReportedAtOnce_AndOneThatStaysIsNot()
    {
        FakeNode node = new();
        _reporter.Watch(node);
        await StartAsync();
        await _sink.CountAsync(1);
        node.Raise();
        await PassAsync(ReportPacing.LeastGap);
        Assert.Single(_sink.Sent);
        node.Turn(5, HealthStatus.Unhealthy);
        await PassAsync(ReportPacing.LeastGap);
        await _sink.CountAsync(2);
        Assert.Equal(5u, _sink.Sent[1].Bootstrap.Percent);
        Assert.Equal(HealthStatus.Unhealthy, Assert.Single(_sink.Sent[1].Health).Status);
    }

    [Fact]
    public async Task GatewayThatAsksForLess_GetsLess_ButTurnsAtOnce()
    {
        FakeNode node = new();
        _reporter.Watch(node);
        _sink.Answer = (_, _) => Accept(nextIntervalMs: 10_000);
        await StartAsync();
        await _sink.CountAsync(1);
        await PassAsync(TimeSpan.FromSeconds(9));
        Assert.Single(_sink.Sent);
        await PassAsync(TimeSpan.FromSeconds(1));
        await _sink.CountAsync(2);
        Assert.Equal(10_000u, _sink.Sent[1].IntervalMs);
        node.Turn(10, HealthStatus.Healthy);
        await PassAsync(ReportPacing.LeastGap);
        await _sink.CountAsync(3);
    }

    [Fact]
    public async Task GatewayThatIsGone_IsTriedLessAndLess_AndTheLogSaysItOnce()
    {
        _sink.Answer = (_, _) => Fail(ReportResult.Unreachable);
        await StartAsync();
        foreach (int seconds in (int[])[1, 2, 4, 8, 15, 15, 15])
        {
            int before = _sink.Sent.Count;
            await _sink.CountAsync(Math.Max(before, 1));
            await PassAsync(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(100));
            Assert.Equal(Math.Max(before, 1), _sink.Sent.Count);
            await PassAsync(TimeSpan.FromMilliseconds(100));
            await _sink.CountAsync(Math.Max(before, 1) + 1);
        }

        Assert.Single(_log.Collector.GetSnapshot());
        Assert.False(_status.IsHeard);
        int failed = _sink.Sent.Count;
        _sink.Answer = (_, _) => Accept();
        await PassAsync(TimeSpan.FromSeconds(15));
        await _sink.CountAsync(failed + 1);
        await PassAsync(Interval);
        await _sink.CountAsync(failed + 2);
        Assert.Equal([LogLevel.Warning, LogLevel.Information], _log.Collector.GetSnapshot().Select(line => line.Level));
        Assert.Equal((failed, 2), (_aggregator.Total("gotor.reporter.reports", "result", "unreachable"), (int)_aggregator.Total("gotor.reporter.reports", "result", "accepted")));
    }

    [Fact]
    public async Task GatewayThatNeverAnswers_CostsOneCallAtATime()
    {
        TaskCompletionSource<ReportOutcome> never = new();
        _sink.Answer = (_, cancel) =>
        {
            cancel.Register(() => never.TrySetCanceled(cancel));
            return never.Task;
        };
        await StartAsync();
        await _sink.CountAsync(1);
        await PassAsync(Reporter.Deadline - TimeSpan.FromMilliseconds(100));
        Assert.Single(_sink.Sent);
        _sink.Answer = (_, _) => Accept();
        await PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.True(never.Task.IsCanceled);
        await PassAsync(TimeSpan.FromSeconds(1));
        await _sink.CountAsync(2);
        Assert.Contains("does not answer in time", _log.Collector.GetSnapshot()[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)ReportResult.Unauthorized, 10, "does not accept our token")]
    [InlineData((int)ReportResult.Replaced, 30, "under our name")]
    [InlineData((int)ReportResult.Refused, 30, "too rude")]
    [InlineData((int)ReportResult.OverQuota, 30, "too rude")]
    public async Task GatewayThatSaysNo_IsAskedSeldom_AndTheLogSaysWhatToDo(int result, int pause, string words)
    {
        _sink.Answer = (_, _) => Fail((ReportResult)result, "too rude");
        await StartAsync();
        await _sink.CountAsync(1);
        await PassAsync(TimeSpan.FromSeconds(pause - 1));
        Assert.Single(_sink.Sent);
        await PassAsync(TimeSpan.FromSeconds(1));
        await _sink.CountAsync(2);
        Assert.Contains(words, Assert.Single(_log.Collector.GetSnapshot()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_AreToldOnce_AndNeitherForEverNorRaw()
    {
        int n = 0;
        _sink.Answer = (_, _) => Accept(refusals: ["always\r\n[err] forged", $"new {n++}"]);
        await StartAsync();
        for (int i = 1; i <= 50; i++)
        {
            await _sink.CountAsync(i);
            await PassAsync(Interval);
        }

        List<string> lines = [.. _log.Collector.GetSnapshot().Select(line => line.Message).Where(line => line.Contains("leaves out", StringComparison.Ordinal))];
        Assert.Equal(32, lines.Count);
        Assert.Single(lines, line => line.Contains("always??[err] forged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_SaysGoodbye_WithTheLastTotals()
    {
        FakeNode node = new();
        _reporter.Watch(node);
        await StartAsync();
        await _sink.CountAsync(1);
        node.Turn(100, HealthStatus.Healthy);
        _reporter.Watch(null);
        node.Turn(0, HealthStatus.Unhealthy);
        var counter = _meters.Create(new System.Diagnostics.Metrics.MeterOptions("GoTor")).CreateCounter<long>("gotor.late");
        counter.Add(9);
        await Wait(() => _status.IsHeard);
        await StopAsync();
        await _reporter.FinishAsync();
        NodeReport last = _sink.Sent[^1];
        Assert.True(last.Final);
        Assert.Equal(100u, last.Bootstrap.Percent);
        Assert.Equal(9, Assert.Single(last.Families.Single(family => family.Name == "gotor.late").Samples).Value);
    }

    [Fact]
    public async Task Stop_WithoutAGateway_TakesNoTime()
    {
        _sink.Answer = (_, _) => Fail(ReportResult.Unreachable);
        await StartAsync();
        await _sink.CountAsync(1);
        await StopAsync();
        await _reporter.FinishAsync();
        Assert.Single(_sink.Sent);
    }

    [Fact]
    public async Task ProfileRequest_IsHandedOver()
    {
        _sink.Answer = (_, _) => Accept(profile: new ProfileRequest { Id = "p", DurationS = 3 });
        await StartAsync();
        await _sink.CountAsync(1);
        await Wait(() => _status.IsHeard);
        await PassAsync(Interval);
        await _sink.CountAsync(2);
        Assert.Equal("p", _profiles[0].Id);
    }

    [Fact]
    public async Task MistakeOfOurs_DoesNotEndReporting()
    {
        _sink.Answer = (_, _) => throw new InvalidOperationException("a mistake");
        await StartAsync();
        await _sink.CountAsync(1);
        _sink.Answer = (_, _) => Accept();
        await PassAsync(TimeSpan.FromSeconds(5));
        await _sink.CountAsync(2);
        Assert.Equal(LogLevel.Error, _log.Collector.GetSnapshot()[0].Level);
    }

    /// <summary>
    /// On a thread of the pool, where the loop goes on within the call that moves its clock: when this returns, it waits again.
    /// </summary>
    private Task PassAsync(TimeSpan time) => Task.Run(() =>
    {
        // In steps, since a timer that is made on the way counts from where the clock stands then.
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Step)
            _time.Advance(Step);
    });

    private Task StartAsync() => Task.Run(() => { _running = _reporter.RunAsync(_stopping.Token); });

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running;
    }

    private static Task<ReportOutcome> Accept(uint nextIntervalMs = 0, ProfileRequest? profile = null, params string[] refusals)
    {
        ReportAnswer answer = new() { Contract = 1, NextIntervalMs = nextIntervalMs, Profile = profile };
        answer.Refusals.AddRange(refusals);
        return Task.FromResult(new ReportOutcome(ReportResult.Accepted, answer));
    }

    private static Task<ReportOutcome> Fail(ReportResult result, string reason = "") => Task.FromResult(new ReportOutcome(result, Reason: reason));

    private static Task Wait(Func<bool> condition) =>
        Testing.PrivateNetwork.Wait.UntilAsync(condition, TimeSpan.FromSeconds(20), () => "it did not happen");

    private sealed class FakeNode : INodeConditionSource
    {
        private NodeCondition _condition = NodeCondition.Starting;

        public event Action? MayHaveChanged;

        public NodeCondition Look() => Volatile.Read(ref _condition);

        public void Raise() => MayHaveChanged?.Invoke();

        public void Turn(uint percent, HealthStatus status)
        {
            Volatile.Write(ref _condition, new NodeCondition(new Bootstrap { Percent = percent }, [new HealthComponent { Name = "all", Status = status }]));
            Raise();
        }
    }
}
