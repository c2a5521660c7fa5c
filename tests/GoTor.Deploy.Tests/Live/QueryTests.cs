using System.Text.RegularExpressions;
using GoTor.Deploy.Tests.Files;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Deploy.Tests.Live;

/// <summary>
/// Every expression of every panel, variable and rule, asked of a real Prometheus that scrapes a real gateway with traffic on it. An
/// empty answer is a failure: somebody would look at an empty panel, or wait for an alert that never fires.
/// </summary>
public sealed partial class QueryTests(LiveStack stack) : IClassFixture<LiveStack>
{
    public static TheoryData<string> Dashboards => Dashboard.Files;

    public static TheoryData<string> RuleFiles =>
        [.. Directory.GetFiles(Repository.PathOf("deploy", "prometheus", "rules"), "*.yml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [SkippableTheory]
    [MemberData(nameof(Dashboards))]
    public async Task Panel_Expressions_GiveSeries(string file)
    {
        List<string> faults = [];
        foreach ((Panel panel, string expression) in Dashboard.Named(file).Expressions)
        {
            // Names kept free for onion services: they must be expressions, and have no series yet.
            bool reserved = expression.Contains("tor_hs_", StringComparison.Ordinal);
            await AskAsync($"{panel}", Replace(expression), reserved, faults);
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [SkippableTheory]
    [MemberData(nameof(Dashboards))]
    public async Task Variable_Queries_GiveValues(string file)
    {
        foreach (Variable variable in Dashboard.Named(file).Variables.Where(variable => variable.Query is not null))
        {
            Match query = LabelValues().Match(variable.Query!);
            Assert.True(query.Success, variable.Query);
            IReadOnlySet<string> values = await stack.Prometheus.LabelValuesAsync(query.Groups[2].Value, Replace(query.Groups[1].Value));
            if (variable.Name == "node")
                Assert.Equal(["node-1", "node-2"], values.Order());
            Assert.NotEmpty(values);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(RuleFiles))]
    public async Task Rule_Expressions_GiveSeries(string file)
    {
        List<string> faults = [];
        foreach (YamlValue rule in YamlValue.Load(Repository.PathOf("deploy", "prometheus", "rules", file))["groups"].Items.SelectMany(group => group["rules"].Items))
        {
            string name = rule["alert"].Text ?? rule["record"].Text!, expression = rule["expr"].Text!;
            await AskAsync(name, rule["alert"].Exists ? PromQl.WithoutThresholds(expression) : expression, reserved: false, faults);
            if (rule["record"].Exists)
                await AskAsync($"the series of {name}", name, reserved: false, faults);
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [SkippableFact]
    public async Task Alerts_OfAWellFleet_AreTheWatchdogAndTheStranger()
    {
        IReadOnlySet<string> firing = await stack.Prometheus.LabelValuesAsync("alertname", "ALERTS{alertstate=\"firing\"}");

        // The made-up nodes receive more damaged cells than any real one, and a stranger tries to report.
        Assert.Subset(new HashSet<string> { "Watchdog", "GoTorTampering", "GoTorReportsRejected" }, firing.ToHashSet());
        Assert.Contains("Watchdog", firing);
    }

    /// <summary>Pictures for people to look at, in artifacts/grafana. Only that each panel can be drawn is checked here.</summary>
    [SkippableFact]
    public async Task Dashboards_DrawnWithGrafanasLibrary_HaveNoEmptyPanel()
    {
        string folder = Repository.PathOf("tests", "grafana", "render"), node = Programs.Need("node");
        Programs.Need("chromium");
        Skip.IfNot(Directory.Exists(Path.Combine(folder, "node_modules")), "npm install in tests/grafana/render has not run.");

        await ChildProcess.RunAsync(
            node, "", CancellationToken.None, Path.Combine(folder, "render.mjs"), stack.Prometheus.Address.ToString().TrimEnd('/'), Repository.PathOf("artifacts", "grafana"));
    }

    private async Task AskAsync(string what, string expression, bool reserved, List<string> faults)
    {
        try
        {
            IReadOnlyList<double> values = await stack.Prometheus.QueryAsync(expression);
            IEnumerable<string> unknown = PromQl.Metrics(expression).Except(await stack.Prometheus.MetricNamesAsync());
            if (reserved ? values.Count > 0 : values.Count == 0 || values.All(double.IsNaN))
                faults.Add($"{what}: {values.Count} series, of numbers {values.Count(value => !double.IsNaN(value))}: {expression}");
            else if (!reserved && unknown.Any())
                faults.Add($"{what}: unknown {string.Join(", ", unknown)}: {expression}");
        }
        catch (InvalidOperationException error)
        {
            faults.Add($"{what}: {error.Message}: {expression}");
        }
    }

    /// <summary>As Grafana does: the interval is at least four scrapes.</summary>
    private static string Replace(string expression) => expression
        .Replace("$__rate_interval", "15s", StringComparison.Ordinal)
        .Replace("=\"$node\"", "=\"node-1\"", StringComparison.Ordinal)
        .Replace("=~\"$node\"", "=~\".+\"", StringComparison.Ordinal)
        .Replace("=~\"$network\"", "=~\".+\"", StringComparison.Ordinal);

    [GeneratedRegex(@"^label_values\((.+), (\w+)\)$")]
    private static partial Regex LabelValues();
}
