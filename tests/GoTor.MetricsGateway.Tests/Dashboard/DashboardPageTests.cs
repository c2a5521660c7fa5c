using System.Net;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using GoTor.MetricsGateway.Dashboard;
using GoTor.MetricsGateway.Dashboard.History;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.MetricsGateway.Tests.Dashboard;

public sealed partial class DashboardPageTests
{
    [Fact]
    public void Cards_AreGoTors_InOrderAndFormat()
    {
        string page = Page(Samples.Node());
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("go-tor Metrics Dashboard</title>", page, StringComparison.Ordinal);
        Assert.Contains("go-tor Metrics Dashboard</span></h1>", page, StringComparison.Ordinal);
        Assert.Contains("Last updated: 2026-11-24 12:00:00 UTC (auto-refresh every 5s)", page, StringComparison.Ordinal);
        Assert.Equal(
            [
                "Circuit Metrics",
                "Active Circuits=3", "Total Builds=100", "Successful=95 success", "Failed=5 danger", "Avg Build Time=3.00s", "P95 Build Time=5.00s",
                "Connection Metrics",
                "Active Connections=3", "Total Attempts=50", "Successful=48 success", "Failed=2 danger", "Retries=5", "Avg TLS Handshake=0.50s",
                "Stream Metrics",
                "Active Streams=10", "Created=200", "Closed=190", "Failures=10 danger", "Data Transferred=1024000 bytes",
                "Guard & SOCKS Metrics",
                "Active Guards=3", "Confirmed Guards=2 success", "SOCKS Connections=150", "SOCKS Requests=145", "SOCKS Errors=5 danger",
                "System Metrics",
                "Uptime=3600s",
            ],
            Cards(page));
    }

    [Fact]
    public void Cards_WithoutFailures_AreNotRed() => Assert.DoesNotContain("danger", Page(Samples.Node(fields: new ContractFields())), StringComparison.Ordinal);

    [Fact]
    public void NoNode_SaysHowToStartOne_AndStillHasTheCards()
    {
        string page = Page([]);
        Assert.Contains("Waiting for a first report", page, StringComparison.Ordinal);
        Assert.Contains("--MetricsGateway", page, StringComparison.Ordinal);
        Assert.Contains("Circuit Metrics", page, StringComparison.Ordinal);
    }

    [Fact]
    public void AilingParts_ComeFirst_WithWhatToDo()
    {
        NodeState node = Samples.Node();
        node = node with
        {
            Latest = node.Latest with
            {
                Health =
                [
                    new("circuits", HealthLevel.Healthy, "All is well here", [], Samples.Noon),
                    new("socks", HealthLevel.Unhealthy, "Port 9050 is taken: choose another SocksPort", [new("port", "9050")], Samples.Noon),
                ],
            },
        };
        string page = Page(node);
        Assert.Contains("<p role=\"status\" aria-live=\"polite\">Unhealthy</p>", page, StringComparison.Ordinal);
        int bad = page.IndexOf("choose another SocksPort", StringComparison.Ordinal);
        Assert.InRange(bad, 1, page.IndexOf("All is well here", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sandbox", "Sandbox: it hides nothing.")]
    [InlineData("custom", "Custom network.")]
    public void NetworkThatIsNotPublic_IsSaidAloud(string network, string words)
    {
        NodeState node = Samples.Node();
        Assert.DoesNotContain(words, Page(node), StringComparison.Ordinal);
        Assert.Contains(words, Page(node with { Latest = node.Latest with { Network = network } }), StringComparison.Ordinal);
    }

    [Fact]
    public void SandboxedNodeInAFleet_IsSaidAloud()
    {
        NodeState node = Samples.Node("b");
        string page = Page(Samples.Node("a"), node with { Latest = node.Latest with { Network = "sandbox" } });
        Assert.Contains("One node is on a practice network", page, StringComparison.Ordinal);
    }

    [Fact]
    public void StaleNode_IsMarkedAndNotSummed()
    {
        string page = Page(Samples.Node("a"), Samples.Node("b", presence: NodePresence.Stale));
        Assert.Contains("Sum of 1 node; 1 stale left out", page, StringComparison.Ordinal);
        Assert.Matches("<tr class=\"gone past\" data-key=\"b\">", page);
        Assert.Contains("<option value=\"b\">b (stale)</option>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Fleet_ListsThoseInTroubleFirst()
    {
        string page = Page(Samples.Node("a"), Samples.Node("b", presence: NodePresence.Lost), Samples.Node("c"));
        string table = page[page.IndexOf("<tbody>", StringComparison.Ordinal)..];
        Assert.Equal(["b", "a", "c"], RowName().Matches(table).Select(match => match.Groups[1].Value));
        Assert.Contains("1 of 3 nodes needs attention", page, StringComparison.Ordinal);
    }

    [Fact]
    public void ThousandNodes_AreShownInATableOfBoundedLength()
    {
        string page = Page([.. Enumerable.Range(0, 1000).Select(i => Samples.Node($"node-{i:0000}"))]);
        Assert.Equal(200, RowName().Count(page));
        Assert.Contains("1000 nodes, those in trouble first; the first 200 are shown", page, StringComparison.Ordinal);
        Assert.InRange(page.Length, 1, 300_000);
    }

    [Property]
    public void AnyText_IsShownAsTextEverywhere(string? text)
    {
        text = "<i>\"'&" + text;
        NodeState node = Samples.Node();
        node = node with
        {
            Latest = node.Latest with
            {
                NodeId = text, Version = text, Network = text, Labels = [new(text, text)],
                Bootstrap = new BootstrapProgress(40, text, text),
                Health = [new(text, HealthLevel.Degraded, text, [new(text, text)], Samples.Noon)],
            },
        };
        foreach (string page in (string[])[Page(node), Page(node, Samples.Node("zz"))])
        {
            Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
            // Unbalanced quotes would make an attribute of a name: every tag is one that the page writes, with attributes that it writes.
            Assert.All(Tag().Matches(page), tag => Assert.Matches(KnownTag(), tag.Value));
        }
    }

    [Fact]
    public void Page_HasNothingInlineAndNothingFromElsewhere()
    {
        string page = Page(Samples.Node());
        Assert.DoesNotMatch("(?i) style=| on[a-z]+=|<style|<script(?! src=\"metrics/app.js\" defer></script>)|javascript:", page);
        Assert.DoesNotMatch("(?:src|href|action)=\"(?:https?:)?//", page);
    }

    [Fact]
    public void NodeThatNeverReported_IsSaidToBeUnknown()
    {
        DashboardView view = View([Samples.Node()]) with { Asked = "bob", Node = null };
        string page = DashboardPage.Write(view);
        Assert.Contains("Node not found", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Circuit Metrics", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(NodePresence.Live), false, 100, "Healthy")]
    [InlineData(nameof(NodePresence.Live), false, 99, "Starting")]
    [InlineData(nameof(NodePresence.Lost), false, 99, "Lost")]
    [InlineData(nameof(NodePresence.Stale), false, 100, "Stale")]
    [InlineData(nameof(NodePresence.Stopped), true, 100, "Stopped")]
    public void Status_IsOneWord(string presence, bool final, int percent, string word)
    {
        NodeState node = Samples.Node(presence: Enum.Parse<NodePresence>(presence));
        node = node with { Latest = node.Latest with { Final = final, Bootstrap = new BootstrapProgress(percent, "tag", "Words") } };
        Assert.Contains($"<p role=\"status\" aria-live=\"polite\">{word}</p>", Page(node), StringComparison.Ordinal);
    }

    private static string Page(params NodeState[] nodes) => DashboardPage.Write(View(nodes));

    private static DashboardView View(NodeState[] nodes)
    {
        var directory = new FakeNodes();
        directory.Set(nodes);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Samples.Noon);
        using var history = new HistoryRecorder(directory, time, NullLogger<HistoryRecorder>.Instance);
        history.Take();
        return new DashboardViews(directory, history, time).Of(null);
    }

    private static IEnumerable<string> Cards(string page)
    {
        foreach (Match match in CardPart().Matches(page[page.IndexOf("id=\"cards\"", StringComparison.Ordinal)..]))
        {
            yield return WebUtility.HtmlDecode(match.Groups["title"].Success
                ? match.Groups["title"].Value
                : $"{match.Groups["name"].Value}={match.Groups["value"].Value} {match.Groups["class"].Value}".TrimEnd());
            if (match.Groups["name"].Value == "Uptime")
            {
                yield break;
            }
        }
    }

    [GeneratedRegex("<h3 id=\"[a-z]+-metrics\">(?<title>[^<]*)</h3>|<div><dt>(?<name>[^<]*)</dt><dd(?: class=\"(?<class>[a-z]+)\")?>(?<value>[^<]*)</dd></div>")]
    private static partial Regex CardPart();

    [GeneratedRegex("<th scope=\"row\"><a href=\"[^\"]*\"><bdi>([^<]*)</bdi>")]
    private static partial Regex RowName();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("^</?[a-zA-Z!][a-zA-Z0-9]*(?: [a-zA-Z-]+(?:=\"[^\"<>]*\")?)*\\s*/?>$", RegexOptions.Singleline)]
    private static partial Regex KnownTag();
}
