using System.Text.Json;
using System.Text.RegularExpressions;
using GoTor.Deploy.Tests.Files;

namespace GoTor.Deploy.Tests;

/// <summary>The rules that Grafana's own linter has, and ours.</summary>
public sealed partial class DashboardTests
{
    public static TheoryData<string> Files => Dashboard.Files;

    /// <summary>Kinds that are drawn in tests/grafana, so that somebody has seen them.</summary>
    private static readonly HashSet<string> Kinds = ["stat", "timeseries", "bargauge", "table", "text", "row"];

    /// <summary>Grafana's ids of units that we use.</summary>
    private static readonly HashSet<string> Units =
        ["short", "none", "percentunit", "Bps", "bytes", "s", "ms", "dtdurations", "reqps", "ops"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Dashboard_Shell_CanBeProvisioned(string file)
    {
        JsonElement json = Dashboard.Named(file).Json;

        Assert.Equal(file, json.GetProperty("uid").GetString());
        Assert.StartsWith("GoTor / ", json.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.False(json.GetProperty("editable").GetBoolean());
        Assert.False(json.TryGetProperty("id", out _), "An id is the database's, not the file's.");
        Assert.Equal(42, json.GetProperty("schemaVersion").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Dashboard_Panels_AreDescribedAndInPlace(string file)
    {
        IReadOnlyList<Panel> panels = Dashboard.Named(file).Panels;

        Assert.Equal(panels.Count, panels.Select(panel => panel.Id).Distinct().Count());
        Assert.All(panels, panel => Assert.Contains(panel.Type, Kinds));
        Assert.All(panels, panel => Assert.InRange(panel.Place.X + panel.Place.W, 1, 24));
        Assert.All(panels.Where(panel => panel.Type is not ("row" or "text")), panel =>
        {
            Assert.NotEmpty(panel.Title);
            Assert.NotEmpty(panel.Description);
            Assert.Contains(panel.Json.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString()!, Units);
        });
        foreach (Panel panel in panels)
            Assert.DoesNotContain(panels, other => other.Id > panel.Id && other.Overlaps(panel));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Dashboard_Queries_UseTheChosenDataSource(string file)
    {
        Dashboard dashboard = Dashboard.Named(file);

        Assert.Equal("datasource", dashboard.Variables[0].Name);
        foreach (Panel panel in dashboard.Panels.Where(panel => panel.Type is not ("row" or "text")))
        {
            Assert.NotEmpty(panel.Targets);
            Assert.Equal(panel.Targets.Count, panel.Targets.Select(target => target.GetProperty("refId").GetString()).Distinct().Count());
            Assert.All(panel.Targets.Prepend(panel.Json), part =>
                Assert.Equal("${datasource}", part.GetProperty("datasource").GetProperty("uid").GetString()));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Dashboard_Expressions_RateCountersOverGrafanasInterval(string file)
    {
        foreach ((Panel panel, string expression) in Dashboard.Named(file).Expressions)
        {
            Assert.True(PromQl.Ranges(expression).All(range => range == "$__rate_interval"), $"{panel}: {expression}");
            Assert.True(!PromQl.BareCounters(expression).Any(), $"{panel} shows a counter as it is: {expression}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Dashboard_Variables_AreUsedAndKnown(string file)
    {
        Dashboard dashboard = Dashboard.Named(file);
        HashSet<string> known = [.. dashboard.Variables.Select(variable => variable.Name), "__rate_interval", "__all", "__value.raw", "__url_time_range"];
        string all = dashboard.Json.GetRawText();
        HashSet<string> used = [.. VariableUse().Matches(all).Select(match => match.Groups[1].Value)];

        Assert.Subset(known, used);
        Assert.Subset(used, dashboard.Variables.Select(variable => variable.Name).ToHashSet());
        // 2: asked for again when the time range changes.
        Assert.All(dashboard.Variables.Where(variable => variable.Query is not null), variable => Assert.Equal(2, variable.Json.GetProperty("refresh").GetInt32()));
        foreach ((Panel panel, string expression) in dashboard.Expressions)
        {
            foreach (Variable variable in dashboard.Variables.Where(variable => expression.Contains($"${variable.Name}\"", StringComparison.Ordinal)))
            {
                string matcher = $"{variable.Name}{(variable.IsMulti ? "=~" : "=")}\"${variable.Name}\"";
                Assert.True(expression.Contains(matcher, StringComparison.Ordinal), $"{panel}: not {matcher}: {expression}");
            }
        }
    }

    [Fact]
    public void Dashboards_Links_LeadToDashboardsThatAreThere()
    {
        foreach (Dashboard dashboard in Dashboard.All)
        {
            foreach (Match link in DashboardLink().Matches(dashboard.Json.GetRawText()))
                Assert.Contains(link.Groups[1].Value, Dashboard.All.Select(other => other.File));
        }
    }

    [Fact]
    public void OnionServices_Panels_SayThatTheyAreEmpty()
    {
        Dashboard onion = Dashboard.Named("gotor-onion");

        Assert.Contains("no onion services yet", onion.Panels[0].Json.GetProperty("options").GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.All(onion.Panels.Where(panel => panel.Type != "text"), panel => Assert.Equal(
            "no onion services yet", panel.Json.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("noValue").GetString()));
    }

    [GeneratedRegex(@"\$\{?([A-Za-z_][\w.]*)\}?")]
    private static partial Regex VariableUse();

    [GeneratedRegex(@"/d/([\w-]+)")]
    private static partial Regex DashboardLink();
}
