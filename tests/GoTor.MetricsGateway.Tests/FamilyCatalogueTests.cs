using System.Text.RegularExpressions;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Nodes;
using GoTor.MetricsGateway.Reports;
using static GoTor.MetricsGateway.Tests.TestReports;

namespace GoTor.MetricsGateway.Tests;

/// <summary>What a node says about families harms no other node.</summary>
public sealed partial class FamilyCatalogueTests
{
    private static readonly DateTimeOffset Now = Start;

    [Theory]
    [InlineData("gotor.circuit.builds", MetricType.Gauge)]
    [InlineData("gotor.circuit.builds", MetricType.Histogram)]
    [InlineData("gotor.circuit_builds", MetricType.Counter)]
    public async Task OwnFamily_WithAnotherMeaning_IsLeftOutOfThatNode_EvenIfItCameFirst(string name, MetricType type)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        MetricFamily wrong = type == MetricType.Histogram ? Histogram(name, [1], [1, 2], 3) : Family(name, type, "", Sample(1));
        wrong.Unit = "";
        ReportAnswer answer = await gateway.ReportAsync(Empty("hostile").With(wrong));
        Assert.Contains("'gotor.circuit.builds' of GoTor's is a counter", Assert.Single(answer.Refusals), StringComparison.Ordinal);
        Assert.Empty((await gateway.ReportAsync(GoTorSnapshot("honest"))).Refusals);
        Assert.Equal(100, (await gateway.ScrapeAsync()).Value("tor_circuit_builds_total", ("node", "honest")));
        Assert.Equal("gotor.circuit.builds", gateway.Nodes.Find("honest")!.Latest.Families.Single(family => family.PrometheusName == "gotor_circuit_builds_total").Name);
    }

    [Fact]
    public async Task NewName_WithTwoMeanings_IsTheFirstNodes_AndRefusedToTheOtherWithTheReason()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        Assert.Empty((await gateway.ReportAsync(Empty("first").With(Gauge("gotor.future.thing", 7)))).Refusals);
        ReportAnswer answer = await gateway.ReportAsync(Empty("second").With(Counter("gotor.future.thing", 8), Gauge("gotor.future.other", 9)));
        Assert.Equal("'gotor.future.thing' is a counter, but other nodes report it as a gauge", Assert.Single(answer.Refusals));

        ParsedExposition page = await gateway.ScrapeAsync();
        Assert.Equal(("gauge", 7), (page["gotor_future_thing"].Type, page.Value("gotor_future_thing", ("node", "first"))));
        Assert.Single(page["gotor_future_thing"].Samples);
        Assert.Equal(9, page.Value("gotor_future_other", ("node", "second"))); // Nothing else of it is lost.
    }

    [Fact]
    public void NodeThatInventsNames_UsesUpItsOwnShareOnly()
    {
        var catalogue = new FamilyCatalogue(new ReportQuotas { Families = 50, DifferentFamilies = 100 });
        for (int report = 0; report < 10; report++)
        {
            for (int i = 0; i < 50; i++)
                Assert.Null(Admit(catalogue, $"gotor.r{report}.f{i}", "inventor", Now.AddSeconds(report)));
        }
        Assert.NotNull(Admit(catalogue, "gotor.one_more", "inventor", Now.AddSeconds(9)));
        Assert.Null(Admit(catalogue, "gotor.new", "honest", Now.AddSeconds(9)));
        Assert.Null(Admit(catalogue, "gotor.r9.f0", "honest", Now.AddSeconds(9)));

        // What somebody else reports stays, with its meaning.
        for (int i = 0; i < 49; i++)
            Assert.Null(Admit(catalogue, $"gotor.last.f{i}", "inventor", Now.AddSeconds(10)));
        Assert.NotNull(Admit(catalogue, "gotor.r9.f0", "third", Now.AddSeconds(11), Metrics.MetricKind.Counter));
    }

    [Fact]
    public void NamesThatNobodyReports_MakeRoomInTime()
    {
        var catalogue = new FamilyCatalogue(new ReportQuotas { Families = 50, DifferentFamilies = 100 });
        foreach (string node in new[] { "a", "b" })
        {
            for (int i = 0; i < 50; i++)
                Assert.Null(Admit(catalogue, $"gotor.{node}.f{i}", node, Now));
        }
        Assert.Contains("already knows 100", Admit(catalogue, "gotor.c", "c", Now), StringComparison.Ordinal);
        Assert.Null(Admit(catalogue, "gotor.c", "c", Now + NodeRules.StaleAfter));
        Assert.Null(Admit(catalogue, "gotor.a.f0", "c", Now + NodeRules.StaleAfter, Metrics.MetricKind.Counter));
    }

    [Fact]
    public void OwnFamilies_AreThoseOfTheDocument()
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "GoTor.sln")))
            root = root.Parent!;
        string[] documented =
        [
            .. File.ReadLines(Path.Combine(root.FullName, "docs", "METRICS.md")).Select(line => Instrument().Match(line)).Where(match => match.Success)
                .Select(match => $"{match.Groups["name"].Value} {match.Groups["unit"].Value.Trim()} {Kind(match.Groups["type"].Value)}"),
        ];
        Assert.True(documented.Length > 70);
        Assert.Equal(documented.Order(StringComparer.Ordinal), KnownFamilies.ByBaseName.Values.Select(family => $"{family.Name} {family.Unit} {family.Type}").Order(StringComparer.Ordinal));

        static string Kind(string type) => type switch
        {
            "Counter" or "ObservableCounter" => "Counter",
            "Histogram" => type,
            _ => "Gauge",
        };
    }

    private static string? Admit(FamilyCatalogue catalogue, string name, string node, DateTimeOffset now, Metrics.MetricKind kind = Metrics.MetricKind.Gauge) =>
        catalogue.Admit(new Metrics.MetricFamily(name, Metrics.PrometheusName.Of(name, "", kind), kind, "", "", []), node, now).Refusal;

    [GeneratedRegex(@"^\| (?<name>(gotor|tor\.hs)\.[a-z0-9_.]+) \|(?<unit>[^|]*)\| (?<type>(Observable)?(Counter|Gauge|UpDownCounter)|Histogram) \|", RegexOptions.ExplicitCapture)]
    private static partial Regex Instrument();
}
