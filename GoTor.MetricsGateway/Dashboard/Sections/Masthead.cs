using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>The page's name, the way to the other endpoints, and the choice of a node.</summary>
internal static class Masthead
{
    public static Markup Write(DashboardView view)
    {
        var html = new HtmlBuilder();
        html.Add(
            $"""
            <header id="masthead"><div class="brand"><svg class="logo" viewBox="0 0 32 32" aria-hidden="true"><path d="M16 2c1 4 3 6 6 8 5 3 7 7 7 11a9 9 0 0 1-9 9h-8a9 9 0 0 1-9-9c0-4 2-8 7-11 3-2 5-4 6-8z"/><path class="ring" d="M16 9c-3 4-7 6-7 12a6 6 0 0 0 4 5.600M16 9c3 4 7 6 7 12a6 6 0 0 1-4 5.600M16 14c-2 2-3 4-3 7s1 5 3 5 3-2 3-5-1-5-3-7z"/></svg><h1>GoTor <span>go-tor Metrics Dashboard</span></h1></div>
            """);
        html.Add(
            $"""
            <nav aria-label="Other views"><a href="../metrics">Prometheus</a><a href="../metrics/json{Query(view)}">JSON</a><a href="../health{Query(view)}">Health</a></nav>
            """);
        if (view.Nodes.Length > 1 || view.IsUnknown)
        {
            Picker(html, view);
        }

        html.Add($"</header>");
        return html.ToMarkup();
    }

    /// <summary>The address of a node's page, relative to the page.</summary>
    public static string Link(NodeState node) => "?node=" + Uri.EscapeDataString(node.Latest.NodeId);

    private static string Query(DashboardView view) => view is { Asked: not null, Node: { } node } ? Link(node) : "";

    private static void Picker(HtmlBuilder html, DashboardView view)
    {
        html.Add($"<form class=\"picker\" method=\"get\" action=\"metrics\"><label for=\"node\">Node</label><select id=\"node\" name=\"node\">");
        html.Add($"<option value=\"\">All {view.Nodes.Length} nodes</option>");
        foreach (NodeState node in view.Nodes)
        {
            NodeStatus status = node.Status();
            string remark = status == NodeStatus.Healthy ? "" : $" ({status.ToString().ToLowerInvariant()})";
            var selected = new Markup(node == view.Node ? " selected" : "");
            html.Add($"<option value=\"{node.Latest.NodeId}\"{selected}>{node.Latest.NodeId}{remark}</option>");
        }

        html.Add($"</select><button>Show</button></form>");
    }
}
