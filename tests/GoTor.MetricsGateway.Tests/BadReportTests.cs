using System.Globalization;
using System.Net;
using System.Net.Http;
using Grpc.Core;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Dashboard.History;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using static GoTor.MetricsGateway.Tests.TestReports;

namespace GoTor.MetricsGateway.Tests;

/// <summary>Reports that no honest node sends: refused or contained, said why, and no other node is harmed.</summary>
public sealed class BadReportTests(BadReportTests.Fixture fixture) : IClassFixture<BadReportTests.Fixture>
{
    private readonly TestGateway _gateway = fixture.Gateway;

    public sealed class Fixture : IAsyncLifetime
    {
        internal TestGateway Gateway { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Gateway = await TestGateway.StartAsync();
            await Gateway.ReportAsync(GoTorSnapshot("bystander"));
        }

        public async Task DisposeAsync()
        {
            // Whatever came, the page is whole and the other node is there.
            ParsedExposition page = await Gateway.ScrapeAsync();
            Assert.Equal(100, page.Value("tor_circuit_builds_total", ("node", "bystander")));
            await Gateway.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\nb")]
    [InlineData("a\"b")]
    [InlineData("../../etc/passwd")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task NodeId_NotAName_IsRefusedAsAWhole(string id)
    {
        Status status = await _gateway.RefusalOfAsync(Empty(id));
        Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
        Assert.Contains("node_id", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_WithoutContractOrBootId_IsRefused()
    {
        NodeReport report = Empty("header");
        report.Contract = 0;
        Assert.Contains("contract", (await _gateway.RefusalOfAsync(report)).Detail, StringComparison.Ordinal);
        report = Empty("header");
        report.BootId = "";
        Assert.Contains("boot_id", (await _gateway.RefusalOfAsync(report)).Detail, StringComparison.Ordinal);
        report = Empty("header");
        report.TimeUnixMs = long.MaxValue;
        Assert.Contains("time_unix_ms", (await _gateway.RefusalOfAsync(report)).Detail, StringComparison.Ordinal);
        report = Empty("header");
        report.StartTimeUnixMs = -1;
        Assert.Contains("start_time_unix_ms", (await _gateway.RefusalOfAsync(report)).Detail, StringComparison.Ordinal);
        Assert.Null(_gateway.Nodes.Find("header"));
    }

    [Fact]
    public async Task Contract_OfANewerNode_IsTaken()
    {
        NodeReport report = Empty("newer").With(Gauge("gotor.guards.active", 1));
        report.Contract = 99;
        report.Families.Add(new MetricFamily { Name = "gotor.future", Type = (MetricType)17 });
        ReportAnswer answer = await _gateway.ReportAsync(report);
        Assert.Contains("does not know", Assert.Single(answer.Refusals), StringComparison.Ordinal);
        Assert.Equal(1u, answer.Contract);
        Assert.NotNull(_gateway.Nodes.Find("newer"));
    }

    [Theory]
    [InlineData("gotor.Upper")]
    [InlineData("gotor..two")]
    [InlineData("gotor.")]
    [InlineData("gotor.a-b")]
    [InlineData("gotor.a\nb 1")]
    [InlineData("process.cpu")]
    [InlineData("tor.circuit.builds")]
    [InlineData("custom.mine")]
    [InlineData("gotor.node.up")]
    [InlineData("gotor.gateway.nodes")]
    [InlineData("gotor.x.count")]
    [InlineData("gotor.x.total")]
    public async Task FamilyName_AbsurdOrReserved_IsLeftOutAlone(string name)
    {
        string node = "name-" + name.Length.ToString(CultureInfo.InvariantCulture) + (uint)name.GetHashCode(StringComparison.Ordinal);
        ReportAnswer answer = await _gateway.ReportAsync(Empty(node).With(Gauge(name, 1), Gauge("gotor.guards.active", 4)));
        Assert.Single(answer.Refusals);
        ParsedExposition page = await _gateway.ScrapeAsync();
        Assert.Equal(4, page.Value("gotor_guards_active", ("node", node)));
    }

    [Fact]
    public async Task Values_NotNumbersOrImpossible_AreLeftOutAlone()
    {
        ReportAnswer answer = await _gateway.ReportAsync(Empty("values").With(
            Gauge("gotor.bad.nan", double.NaN),
            Gauge("gotor.bad.inf", double.PositiveInfinity),
            Counter("gotor.bad.negative", -1),
            Gauge("gotor.bad.unit", 1, "furlong"),
            Histogram("gotor.bad.counts", [1, 2], [1, 2], 3),
            Histogram("gotor.bad.bounds", [2, 1], [1, 2, 3], 3),
            Histogram("gotor.bad.nanbound", [double.NaN], [1, 2], 3),
            Histogram("gotor.bad.sum", [1], [1, 2], double.NaN),
            Histogram("gotor.bad.huge", [1], [ulong.MaxValue, 2], 1),
            Histogram("gotor.bad.many", [.. Enumerable.Range(0, 100).Select(i => (double)i)], new ulong[101], 1),
            Family("gotor.bad.missing", MetricType.Histogram, "s", Sample(1)),
            Family("gotor.bad.twice", MetricType.Gauge, "", Sample(1, ("a", "x")), Sample(2, ("a", "x"))),
            Gauge("gotor.good", 1), Gauge("gotor.good", 2)));
        Assert.Equal(13, answer.Refusals.Count);
        ParsedExposition page = await _gateway.ScrapeAsync();
        Assert.Equal(1, page.Value("gotor_good", ("node", "values")));
        Assert.Equal(1, page.Value("gotor_bad_twice", ("node", "values")));
        Assert.DoesNotContain(page.Families.SelectMany(family => family.Samples), sample => double.IsNaN(sample.Value));
    }

    [Theory]
    [InlineData("node", "x")]
    [InlineData("le", "1")]
    [InlineData("quantile", "1")]
    [InlineData("__name__", "x")]
    [InlineData("A", "x")]
    [InlineData("", "x")]
    [InlineData("a", "x\ny")]
    [InlineData("a", "x\0y")]
    public async Task Label_NotAllowed_LeavesOutTheSample(string name, string value)
    {
        ReportAnswer answer = await _gateway.ReportAsync(
            Empty("label-" + Guid.NewGuid().ToString("N")).With(Gauge("gotor.labelled", 1, "", (name, value))));
        Assert.Contains("label", Assert.Single(answer.Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LabelValues_WithMarkupAndQuotes_ComeOutAsTheyWentIn()
    {
        const string Value = "a\"b\\c<script>{}=,ü😀";
        await _gateway.ReportAsync(Empty("escaped").With(Gauge("gotor.escaped", 1, "", ("text", Value))));
        Assert.Equal(Value, Assert.Single((await _gateway.ScrapeAsync())["gotor_escaped"].Samples).Labels["text"]);
    }

    [Fact]
    public async Task AMillionLabels_AreRefusedBySizeOrLeftOut()
    {
        Sample sample = Sample(1);
        for (int i = 0; i < 1_000_000; i++)
            sample.Labels.Add(new Label { Name = "a" + i.ToString(CultureInfo.InvariantCulture), Value = "x" });
        NodeReport report = Empty("million").With(Family("gotor.million", MetricType.Gauge, "", sample));
        Assert.Equal(StatusCode.ResourceExhausted, (await _gateway.RefusalOfAsync(report)).StatusCode);

        report.Families[0].Samples[0] = Sample(1, [.. sample.Labels.Take(50_000).Select(label => (label.Name, label.Value))]);
        ReportAnswer answer = await _gateway.ReportAsync(report);
        Assert.Contains("labels, at most 8", Assert.Single(answer.Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManySeries_AreTakenUpToTheQuota()
    {
        Sample[] samples = [.. Enumerable.Range(0, 10_000).Select(i => Sample(1, ("i", i.ToString(CultureInfo.InvariantCulture))))];
        ReportAnswer answer = await _gateway.ReportAsync(Empty("many").With(Family("gotor.many", MetricType.Gauge, "", samples)));
        Assert.Contains("more than 4000 series", Assert.Single(answer.Refusals), StringComparison.Ordinal);
        Assert.Equal(4_000, (await _gateway.ScrapeAsync())["gotor_many"].Samples.Count);
        await _gateway.ReportAsync(Empty("many", sequence: 2));
        MetricFamily[] families = [.. Enumerable.Range(0, 600).Select(i => Gauge($"gotor.f{i}", 1))];
        answer = await _gateway.ReportAsync(Empty("many", sequence: 3).With(families));
        Assert.Contains("more than 500 families", Assert.Single(answer.Refusals), StringComparison.Ordinal);
        await _gateway.ReportAsync(Empty("many", sequence: 4));
    }

    [Fact]
    public async Task TenMegabytes_AreRefused()
    {
        NodeReport report = Empty("large");
        report.Version = new string('x', 10 << 20);
        Assert.Equal(StatusCode.ResourceExhausted, (await _gateway.RefusalOfAsync(report)).StatusCode);
    }

    [Fact]
    public async Task LongAndControlTexts_AreCutAndCleaned()
    {
        NodeReport report = Empty("texts").With("circuits", HealthStatus.Degraded, new string('m', 10_000) + "\u001b[31m");
        report.Version = "1.0\r\nX: y" + new string('v', 1000);
        report.Network = "moon";
        report.Bootstrap.Percent = uint.MaxValue;
        report.Labels.Add("rack", "a\nb");
        report.Labels.Add("room", "b");
        await _gateway.ReportAsync(report);
        Nodes.NodeSnapshot taken = _gateway.Nodes.Find("texts")!.Latest;
        Assert.Equal(64, taken.Version.Length);
        Assert.StartsWith("1.0  X: y", taken.Version, StringComparison.Ordinal);
        Assert.Equal("custom", taken.Network);
        Assert.Equal(100, taken.Bootstrap.Percent);
        Assert.Equal("room", Assert.Single(taken.Labels).Key);
        Assert.Equal(512, Assert.Single(taken.Health, part => part.Name == "circuits").Message.Length);
    }

    [Fact]
    public async Task Counter_ThatFallsWithinAProcess_KeepsItsLastValue()
    {
        await _gateway.ReportAsync(Empty("falls").With(Counter("gotor.falls", 10), Histogram("gotor.falls.duration", [1], [5, 1], 3)));
        ReportAnswer answer = await _gateway.ReportAsync(
            Empty("falls", sequence: 2).With(Counter("gotor.falls", 4), Histogram("gotor.falls.duration", [1], [4, 9], 3)));
        Assert.Equal(2, answer.Refusals.Count);
        Assert.All(answer.Refusals, reason => Assert.Contains("backwards", reason, StringComparison.Ordinal));
        ParsedExposition page = await _gateway.ScrapeAsync();
        Assert.Equal(10, page.Value("gotor_falls_total", ("node", "falls")));
        Assert.Equal(6, page.Value("gotor_falls_duration_seconds_count", ("node", "falls")));
        await _gateway.ReportAsync(Empty("falls", sequence: 3).With(Counter("gotor.falls", 11)));
        Assert.Equal(11, (await _gateway.ScrapeAsync()).Value("gotor_falls_total", ("node", "falls")));

        // A new process starts at zero, and that is what Prometheus expects.
        await _gateway.ReportAsync(Empty("falls", "boot-2", start: Start.AddMinutes(1)).With(Counter("gotor.falls", 1)));
        Assert.Equal(1, (await _gateway.ScrapeAsync()).Value("gotor_falls_total", ("node", "falls")));
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2100)]
    public async Task Clock_FarOff_IsTakenAndSaid_AndLocksNobodyOut(int year)
    {
        string node = "clock-" + year.ToString(CultureInfo.InvariantCulture);
        var clock = new DateTimeOffset(year, 1, 1, 0, 0, 10, TimeSpan.Zero);
        await _gateway.ReportAsync(Empty(node, start: clock, now: clock.AddSeconds(5)).With(Counter("gotor.clocked", 7)));
        string health = await _gateway.GetAsync("/health?node=" + node);
        Assert.Contains(year == 1970 ? "behind the gateway" : "ahead of the gateway", health, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"degraded\"", health, StringComparison.Ordinal);
        Assert.Equal(7, (await _gateway.ScrapeAsync()).Value("gotor_clocked_total", ("node", node)));

        // The clock is set right, and the process starts anew: it must be believed at once.
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await _gateway.ReportAsync(Empty(node, "boot-2", start: now, now: now).With(Counter("gotor.clocked", 1)));
        Assert.Equal(1, (await _gateway.ScrapeAsync()).Value("gotor_clocked_total", ("node", node)));
    }

    [Fact]
    public async Task TwoProcessesOfOneId_TheYoungerWins_TheOlderIsToldSo()
    {
        await _gateway.ReportAsync(Empty("twin", "old", sequence: 50).With(Counter("gotor.twins", 1000)));
        await _gateway.ReportAsync(Empty("twin", "young", start: Start.AddHours(1)).With(Counter("gotor.twins", 1)));
        Status status = await _gateway.RefusalOfAsync(Empty("twin", "old", sequence: 51).With(Counter("gotor.twins", 1001)));
        Assert.Equal(StatusCode.AlreadyExists, status.StatusCode);
        Assert.Contains("MetricsNodeName", status.Detail, StringComparison.Ordinal);
        Assert.Equal(1, (await _gateway.ScrapeAsync()).Value("gotor_twins_total", ("node", "twin")));
        await _gateway.ReportAsync(Empty("twin", "young", sequence: 2, start: Start.AddHours(1)).With(Counter("gotor.twins", 2)));
        Assert.Equal(2, (await _gateway.ScrapeAsync()).Value("gotor_twins_total", ("node", "twin")));
    }

    [Fact]
    public async Task Report_SeenBefore_ChangesNothingAndIsNoError()
    {
        await _gateway.ReportAsync(Empty("again", sequence: 5).With(Counter("gotor.again", 5)));
        foreach (ulong sequence in new ulong[] { 5, 4, 0 })
            await _gateway.ReportAsync(Empty("again", sequence: sequence).With(Counter("gotor.again", 100)));
        Assert.Equal(5, (await _gateway.ScrapeAsync()).Value("gotor_again_total", ("node", "again")));
    }

    [Fact]
    public async Task Family_WithAnotherMeaningThanOnOtherNodes_IsLeftOutOfThatNode()
    {
        await _gateway.ReportAsync(Empty("meaning-1").With(Counter("gotor.meaning", 5)));
        ReportAnswer answer = await _gateway.ReportAsync(Empty("meaning-2").With(Gauge("gotor.meaning", 5), Gauge("gotor.guards.active", 2)));
        Assert.Contains("other nodes report it as a counter", Assert.Single(answer.Refusals), StringComparison.Ordinal);
        Assert.Equal(2, (await _gateway.ScrapeAsync()).Value("gotor_guards_active", ("node", "meaning-2")));
    }

    [Fact]
    public async Task Node_ThatReportsWithoutPause_IsSlowedDown()
    {
        Status? refusal = null;
        for (ulong i = 1; i <= 1000 && refusal is null; i++)
        {
            try
            {
                await _gateway.ReportAsync(Empty("flood", sequence: i));
            }
            catch (RpcException refused)
            {
                refusal = refused.Status;
            }
        }
        Assert.Equal(StatusCode.ResourceExhausted, refusal!.Value.StatusCode);
        Assert.Contains("more often", refusal.Value.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreNodesThanTheQuota_AreRefused_AndStaleOnesMakeRoom()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(time, null, ("Quotas:Nodes", "2"));
        await gateway.ReportAsync(Empty("a"));
        await gateway.ReportAsync(Empty("b"));
        Status status = await gateway.RefusalOfAsync(Empty("c"));
        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        Assert.Contains("2 nodes already report", status.Detail, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(6));
        await gateway.ReportAsync(Empty("c"));
        Assert.NotNull(gateway.Nodes.Find("c"));
        Assert.Single(gateway.Nodes.List(), node => node.Latest.NodeId is "a" or "b");
    }

    [Fact]
    public async Task AllNodesTogether_StayWithinTheirMemory()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(null, null, ("Quotas:TextBytes", "20000"));
        Sample[] samples = [.. Enumerable.Range(0, 150).Select(i => Sample(1, ("i", i.ToString(CultureInfo.InvariantCulture))))];
        await gateway.ReportAsync(Empty("a").With(Family("gotor.many", MetricType.Gauge, "", samples)));
        await gateway.ReportAsync(Empty("b").With(Family("gotor.many", MetricType.Gauge, "", samples)));
        Assert.Equal(StatusCode.ResourceExhausted, (await gateway.RefusalOfAsync(Empty("c").With(Family("gotor.many", MetricType.Gauge, "", samples)))).StatusCode);
        await gateway.ReportAsync(Empty("a", sequence: 2)); // Less than before is always welcome.
        await gateway.ReportAsync(Empty("c", sequence: 2).With(Family("gotor.many", MetricType.Gauge, "", samples)));
    }

    [Fact]
    public async Task ManyNodes_AreAskedToReportLessOften()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(null, null, ("Quotas:TotalReportsPerSecond", "4"));
        for (int i = 0; i < 4; i++)
            Assert.Equal(0u, (await gateway.ReportAsync(Empty($"n{i}"))).NextIntervalMs);
        for (int i = 4; i < 10; i++)
            await gateway.ReportAsync(Empty($"n{i}"));
        Assert.Equal(2500u, (await gateway.ReportAsync(Empty("n0", sequence: 2))).NextIntervalMs);
    }

    [Fact]
    public async Task Refusals_AreLoggedOncePerNodeAndMinute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(time);
        NodeReport bad = Empty("loud");
        bad.BootId = "";
        for (int i = 0; i < 5; i++)
            await gateway.RefusalOfAsync(bad);
        Assert.Single(gateway.Log.GetSnapshot(), record => record.Id.Id == 10101);
        time.Advance(TimeSpan.FromMinutes(1));
        await gateway.RefusalOfAsync(bad);
        Assert.Equal(2, gateway.Log.GetSnapshot().Count(record => record.Id.Id == 10101));
    }

    [Fact]
    public async Task Refusals_OfManyInventedNames_HaveOneBudget()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(time);
        for (int i = 0; i < 3 * Reports.OncePerMinute.MostLines; i++)
        {
            NodeReport bad = Empty($"invented-{i}");
            bad.BootId = "";
            await gateway.RefusalOfAsync(bad);
        }
        Assert.Equal(Reports.OncePerMinute.MostLines, gateway.Log.GetSnapshot().Count(record => record.Id.Id == 10101));
        time.Advance(TimeSpan.FromMinutes(1));
        NodeReport later = Empty("later");
        later.BootId = "";
        await gateway.RefusalOfAsync(later);
        Assert.Equal(Reports.OncePerMinute.MostLines + 1, gateway.Log.GetSnapshot().Count(record => record.Id.Id == 10101));
    }

    [Fact]
    public async Task CountsThatTogetherAreTooLarge_HarmNoPage()
    {
        // Each of them is allowed; 1,300 of them are more than a long holds.
        const ulong Largest = 1UL << 53;
        NodeReport Hostile(string node) => Empty(node).With(
            Family("gotor.circuit.build.duration", MetricType.Histogram, "s", [.. Enumerable.Range(0, 1_300).Select(i => new Sample
            {
                Labels = { new Label { Name = "purpose", Value = "user" }, new Label { Name = "i", Value = i.ToString(CultureInfo.InvariantCulture) } },
                Histogram = new Histogram { Counts = { Largest }, Sum = double.MaxValue },
            })]));
        await using TestGateway gateway = await TestGateway.StartAsync();
        foreach (string node in new[] { "hostile-1", "hostile-2" })
            Assert.Contains("too large together", Assert.Single((await gateway.ReportAsync(Hostile(node))).Refusals), StringComparison.Ordinal);
        await gateway.ReportAsync(GoTorSnapshot("bystander"));
        gateway.App.Services.GetRequiredService<HistoryRecorder>().Take();
        foreach (string page in new[] { "/metrics", "/metrics/json", "/debug/metrics", "/health" })
        {
            using HttpResponseMessage answer = await gateway.Http.GetAsync(page);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task MistakeOfTheGateways_IsARefusal_AndOneLine()
    {
        var log = new FakeLogCollector();
        var quotas = new Reports.ReportQuotas();
        using var services = new ServiceCollection().BuildServiceProvider();
        // Without a catalogue each family fails.
        var reports = new Reports.NodeReportsService(
            new Reports.ReportIntake(
                new Reports.ReportReader(new Reports.FamilyReader(quotas, null!)), new Nodes.NodeRegistry(quotas, TimeProvider.System), quotas,
                new Reports.ReportsMetrics(new NoMeters()), TimeProvider.System, new FakeLogger<Reports.ReportIntake>(log)),
            services);
        for (int i = 0; i < 3; i++)
        {
            RpcException refused = await Assert.ThrowsAsync<RpcException>(() => reports.Report(Empty($"victim-{i}").With(Gauge("gotor.guards.active", 1)), null!));
            Assert.Equal(StatusCode.Internal, refused.StatusCode);
        }
        Assert.IsType<NullReferenceException>(Assert.Single(log.GetSnapshot()).Exception);
    }
}
