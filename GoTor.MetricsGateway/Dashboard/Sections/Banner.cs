using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>What network this is, where it is not the public one: nobody may take a sandbox for Tor.</summary>
internal static class Banner
{
    public static Markup Write(DashboardView view)
    {
        var html = new HtmlBuilder();
        html.Add($"<div id=\"banner\">");
        NodeState[] shown = view.Node is { } node ? [node] : [.. view.Nodes];
        int sandboxed = shown.Count(state => state.Latest.Network == "sandbox");
        if (sandboxed > 0)
        {
            string who = view.Node is not null ? "This node is"
                : sandboxed == shown.Length ? "All nodes are"
                : sandboxed == 1 ? "One node is"
                : $"{sandboxed} nodes are";
            html.Add($"<p class=\"banner loud\"><strong>Sandbox: it hides nothing.</strong> {who} on a practice network whose relays all run on ");
            html.Add($"one machine. It is for trying things out. Never rely on it for anonymity.</p>");
        }

        if (view.Node is { Latest.Network: "custom" })
        {
            html.Add($"<p class=\"banner\"><strong>Custom network.</strong> This node uses the directory authorities of its torrc, not those of ");
            html.Add($"the public Tor network. How much it hides depends on who runs that network.</p>");
        }

        html.Add($"</div>");
        return html.ToMarkup();
    }
}
