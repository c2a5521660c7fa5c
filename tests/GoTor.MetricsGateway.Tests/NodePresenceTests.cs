using GoTor.MetricsGateway.Nodes;
using Microsoft.Extensions.Time.Testing;
using static GoTor.MetricsGateway.Tests.TestReports;

namespace GoTor.MetricsGateway.Tests;

public sealed class NodePresenceTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync(_time);

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Theory]
    [InlineData(1_000u, 10)]
    [InlineData(0u, 10)]
    [InlineData(5_000u, 15)]
    [InlineData(uint.MaxValue, 180)] // Nobody is believed to report every 49 days.
    public async Task Silence_OfThreeIntervalsOrTenSeconds_IsLost_OfFiveMinutesStale(uint intervalMs, int lostAfterSeconds)
    {
        MetricsContract.NodeReport report = Empty();
        report.IntervalMs = intervalMs;
        await _gateway.ReportAsync(report);
        _time.Advance(TimeSpan.FromSeconds(lostAfterSeconds) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(NodePresence.Live, _gateway.Nodes.Find("node-1")!.Presence);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(NodePresence.Lost, _gateway.Nodes.Find("node-1")!.Presence);
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(lostAfterSeconds) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(NodePresence.Lost, _gateway.Nodes.Find("node-1")!.Presence);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(NodePresence.Stale, _gateway.Nodes.Find("node-1")!.Presence);
        _time.Advance(TimeSpan.FromHours(24));
        Assert.Null(_gateway.Nodes.Find("node-1"));
    }

    [Fact]
    public async Task LostNode_IsShownAndSummed_StaleOneOnlyMarked()
    {
        await _gateway.ReportAsync(GoTorSnapshot("a"));
        _time.Advance(TimeSpan.FromSeconds(60));
        await _gateway.ReportAsync(GoTorSnapshot("b"));
        ParsedExposition page = await _gateway.ScrapeAsync();
        Assert.Equal(0, page.Value("gotor_node_up", ("node", "a")));
        Assert.Equal(1, page.Value("gotor_node_up", ("node", "b")));
        Assert.Equal(2, page["tor_circuit_builds_total"].Samples.Count);
        Assert.Equal(0, page.Value("gotor_node_health", ("node", "a")));
        Assert.Equal(2, page.Value("gotor_node_health", ("node", "b")));
        Assert.Equal(1, page.Value("gotor_gateway_nodes", ("state", "lost")));
        Assert.Contains("\"CircuitBuilds\": 200,", await _gateway.GetAsync("/metrics/json"), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromMinutes(4));
        await _gateway.ReportAsync(Empty("b", sequence: 2).With(GoTorSnapshot().Families.ToArray()));
        page = await _gateway.ScrapeAsync();
        Assert.Equal("b", Assert.Single(page["tor_circuit_builds_total"].Samples).Labels["node"]);
        Assert.Equal("b", Assert.Single(page["gotor_connection_active"].Samples).Labels["node"]);
        Assert.Equal(0, page.Value("gotor_node_up", ("node", "a")));
        Assert.Equal(1, page.Value("gotor_gateway_nodes", ("state", "stale")));
        Assert.Contains("\"CircuitBuilds\": 100,", await _gateway.GetAsync("/metrics/json"), StringComparison.Ordinal);
        Assert.Contains("\"CircuitBuilds\": 100,", await _gateway.GetAsync("/metrics/json?node=a"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goodbye_MakesStoppedAtOnce_AndTheNextProcessIsWelcome()
    {
        MetricsContract.NodeReport goodbye = Empty(sequence: 9);
        goodbye.Final = true;
        await _gateway.ReportAsync(goodbye);
        Assert.Equal(NodePresence.Stopped, _gateway.Nodes.Find("node-1")!.Presence);
        ParsedExposition page = await _gateway.ScrapeAsync();
        Assert.Equal(1, page.Value("gotor_node_stopped", ("node", "node-1")));
        Assert.Equal(0, page.Value("gotor_node_up", ("node", "node-1")));
        Assert.Equal(1, page.Value("gotor_gateway_nodes", ("state", "stopped")));
        Assert.Equal(0, page.Value("gotor_gateway_nodes", ("state", "stale")));
        Assert.Empty(page["gotor_node_health"].Samples);
        Assert.Contains("Stopped as it was told to", await _gateway.GetAsync("/health"), StringComparison.Ordinal);

        // However long it is gone: it is not a node that fell silent.
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(NodePresence.Stopped, _gateway.Nodes.Find("node-1")!.Presence);

        // Its clock was set back by an hour meanwhile.
        await _gateway.ReportAsync(Empty(boot: "boot-2", start: Start.AddHours(-1)));
        Assert.Equal("boot-2", _gateway.Nodes.Find("node-1")!.Latest.BootId);
        Assert.Equal(0, (await _gateway.ScrapeAsync()).Value("gotor_node_stopped", ("node", "node-1")));
    }

    [Fact]
    public async Task Process_ThatSeemsOlder_IsBelievedOnceTheOtherIsLost()
    {
        await _gateway.ReportAsync(Empty(boot: "first"));
        await _gateway.RefusalOfAsync(Empty(boot: "second", start: Start.AddHours(-1)));
        _time.Advance(TimeSpan.FromSeconds(10));
        await _gateway.ReportAsync(Empty(boot: "second", start: Start.AddHours(-1)));
        Assert.Equal("second", _gateway.Nodes.Find("node-1")!.Latest.BootId);
        await _gateway.RefusalOfAsync(Empty(boot: "first", sequence: 2)); // It had to give way, and the second one is alive.
    }

    [Fact]
    public async Task OldReport_OfAReplacedProcess_NeverComesBack_ButTheProcessMay()
    {
        await _gateway.ReportAsync(Empty(boot: "old", sequence: 5));
        await _gateway.ReportAsync(Empty(boot: "young", start: Start.AddHours(1)));
        _time.Advance(TimeSpan.FromMinutes(6));
        await _gateway.RefusalOfAsync(Empty(boot: "old", sequence: 5));
        await _gateway.ReportAsync(Empty(boot: "old", sequence: 6));
        Assert.Equal("old", _gateway.Nodes.Find("node-1")!.Latest.BootId);
    }

    [Fact]
    public async Task Clock_InTheFuture_DoesNotLockOutTheProcessesThatFollow()
    {
        DateTimeOffset future = _time.GetUtcNow().AddYears(70);
        await _gateway.ReportAsync(Empty(boot: "first", start: future, now: future));
        _time.Advance(TimeSpan.FromSeconds(1));
        await _gateway.ReportAsync(Empty(boot: "second", start: future.AddSeconds(1), now: future.AddSeconds(1)));
        Assert.Equal("second", _gateway.Nodes.Find("node-1")!.Latest.BootId);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _gateway.ReportAsync(Empty(boot: "third", start: _time.GetUtcNow(), now: _time.GetUtcNow()));
        Assert.Equal("third", _gateway.Nodes.Find("node-1")!.Latest.BootId);
    }

    [Fact]
    public async Task WaitForChange_EndsAtAReport_AndWhenANodeFallsSilent()
    {
        long generation = _gateway.Nodes.Generation;
        Task report = _gateway.Nodes.WaitForChangeAsync(generation, CancellationToken.None).AsTask();
        Assert.False(report.IsCompleted);
        await _gateway.ReportAsync(Empty());
        await report.WaitAsync(TimeSpan.FromSeconds(30));

        generation = _gateway.Nodes.Generation;
        Task silence = _gateway.Nodes.WaitForChangeAsync(generation, CancellationToken.None).AsTask();
        for (int i = 0; i < 11; i++)
            _time.Advance(TimeSpan.FromSeconds(1));
        await silence.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(_gateway.Nodes.Generation > generation);
    }
}
