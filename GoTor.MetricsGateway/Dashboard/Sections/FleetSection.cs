using System.Collections.Immutable;
using GoTor.MetricsGateway.Dashboard.History;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>All nodes in a table, those in trouble first.</summary>
internal static class FleetSection
{
    /// <summary>Rows: what a person still scrolls through, and what a page can be sent every second.</summary>
    private const int MostRows = 200;

    public static Markup Write(DashboardView view)
    {
        var html = new HtmlBuilder();
        if (view.Node is not null || view.Nodes.IsEmpty)
        {
            html.Add($"<section id=\"fleet\" hidden></section>");
            return html.ToMarkup();
        }

        ImmutableArray<(NodeState Node, NodeStatus Status)> rows =
            [.. view.Nodes.Select(node => (Node: node, Status: node.Status())).OrderBy(row => row.Status)];
        html.Add($"<section id=\"fleet\" aria-labelledby=\"fleet-title\"><h2 id=\"fleet-title\">Nodes</h2><table>");
        html.Add($"<caption>{view.Nodes.Length} nodes, those in trouble first{(rows.Length > MostRows ? $"; the first {MostRows} are shown, choose others above by name" : "")}</caption>");
        html.Add(
            $"""
            <thead><tr><th scope="col">Node</th><th scope="col">Status</th><th scope="col" class="wide">Network</th><th scope="col" class="num">Received</th><th scope="col" class="num mid">Sent</th><th scope="col" class="num mid">Circuits</th><th scope="col" class="num mid">Streams</th><th scope="col" class="num wide">Build p95</th><th scope="col" class="num wide">Memory</th><th scope="col" class="num wide">Up for</th><th scope="col" class="num mid">Last report</th></tr></thead><tbody>
            """);
        foreach ((NodeState node, NodeStatus status) in rows.Take(MostRows))
        {
            Row(html, view, node, status);
        }

        html.Add($"</tbody></table></section>");
        return html.ToMarkup();
    }

    private static void Row(HtmlBuilder html, DashboardView view, NodeState node, NodeStatus status)
    {
        NodeSnapshot latest = node.Latest;
        HistoryPoint step = view.LatestSteps.TryGetValue(latest.NodeId, out HistoryPoint known) ? known : HistoryPoint.Gap(view.Now);
        html.Add($"<tr class=\"{status.Tone()}{(node.Presence != NodePresence.Live ? " past" : "")}\" data-key=\"{latest.NodeId}\">");
        html.Add($"<th scope=\"row\"><a href=\"{Masthead.Link(node)}\"><bdi>{latest.NodeId}</bdi></a></th>");
        html.Add($"<td class=\"word\">{Marks.Of(status.Tone())} {(status == NodeStatus.Starting ? $"starting {latest.Bootstrap.Percent} %" : status.ToString().ToLowerInvariant())}</td>");
        html.Add($"<td class=\"wide\">{latest.Network}</td>");
        html.Add($"<td class=\"num\">{Figures.Rate(step.Received)}</td><td class=\"num mid\">{Figures.Rate(step.Sent)}</td>");
        html.Add($"<td class=\"num mid\">{Figures.Count(latest.Fields.ActiveCircuits)}</td><td class=\"num mid\">{Figures.Count(latest.Fields.ActiveStreams)}</td>");
        html.Add($"<td class=\"num wide\">{(latest.Fields.CircuitBuildTimeP95 > 0 ? Figures.Latency(latest.Fields.CircuitBuildTimeP95 / 1e9) : Figures.None)}</td>");
        html.Add($"<td class=\"num wide\">{Figures.Bytes(latest.Value("gotor.process.memory.resident"))}</td>");
        html.Add($"<td class=\"num wide\">{Figures.Span(TimeSpan.FromSeconds(Math.Min(latest.Fields.UptimeSeconds, 1e9)))}</td>");
        html.Add($"<td class=\"num mid\">{Figures.Span(view.Now - latest.ReceivedAt)} ago</td></tr>");
    }
}
