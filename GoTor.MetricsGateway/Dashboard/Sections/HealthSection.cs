using System.Collections.Immutable;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>One node's parts, each with what is wrong and what to do; of a fleet, the nodes that ail and why.</summary>
internal static class HealthSection
{
    private const int MostNodes = 8;

    public static Markup Write(DashboardView view)
    {
        var html = new HtmlBuilder();
        if (view.Node is { } node)
        {
            Parts(html, node, view.IsPast);
        }
        else
        {
            Ailing(html, view);
        }

        return html.ToMarkup();
    }

    private static void Parts(HtmlBuilder html, NodeState node, bool past)
    {
        html.Add($"<section id=\"health\"{new Markup(past ? " class=\"past\"" : "")} aria-labelledby=\"health-title\"><h2 id=\"health-title\">{(past ? "Health as it was last reported" : "Health")}</h2>");
        ImmutableArray<NodeComponent> parts = node.Latest.Health;
        NodeComponent[] ailing = [.. parts.Where(part => part.Status != HealthLevel.Healthy).OrderBy(part => part.Status)];
        NodeComponent[] well = [.. parts.Where(part => part.Status == HealthLevel.Healthy)];
        if (ailing.Length > 0)
        {
            html.Add($"<ul class=\"parts\">");
            foreach (NodeComponent part in ailing)
            {
                string tone = part.Status.Tone();
                html.Add($"<li class=\"{tone}\" data-key=\"{part.Name}\">{Marks.Of(tone)}<div><h3><bdi>{part.Name}</bdi> ");
                html.Add($"<span class=\"word\">{part.Status.ToString().ToLowerInvariant()}</span></h3><p><bdi>{part.Message}</bdi></p>");
                Details(html, part);
                html.Add($"</div></li>");
            }

            html.Add($"</ul>");
        }

        if (well.Length > 0)
        {
            html.Add($"<ul class=\"well\">");
            foreach (NodeComponent part in well)
            {
                html.Add($"<li data-key=\"{part.Name}\">{Marks.Of("good")}<div><b><bdi>{part.Name}</bdi></b><span class=\"hush\"> healthy: </span> ");
                html.Add($"<span><bdi>{part.Message}</bdi></span>");
                Details(html, part);
                html.Add($"</div></li>");
            }

            html.Add($"</ul>");
        }

        html.Add($"</section>");
    }

    private static void Details(HtmlBuilder html, NodeComponent part)
    {
        if (part.Details.IsEmpty)
        {
            return;
        }

        html.Add($"<details><summary>Figures<span class=\"hush\"> of {part.Name}</span></summary><dl>");
        foreach ((string name, string value) in part.Details)
        {
            html.Add($"<div><dt><bdi>{name.Replace('_', ' ')}</bdi></dt><dd><bdi>{value}</bdi></dd></div>");
        }

        html.Add($"</dl></details>");
    }

    private static void Ailing(HtmlBuilder html, DashboardView view)
    {
        ImmutableArray<(NodeState Node, NodeStatus Status)> ailing =
        [
            .. view.Nodes.Select(node => (Node: node, Status: node.Status())).Where(pair => pair.Status.NeedsAttention()).OrderBy(pair => pair.Status),
        ];
        if (ailing.IsEmpty)
        {
            html.Add($"<section id=\"health\" hidden></section>");
            return;
        }

        html.Add($"<section id=\"health\" aria-labelledby=\"health-title\"><h2 id=\"health-title\">Needs attention</h2><ul class=\"parts\">");
        foreach ((NodeState node, NodeStatus status) in ailing.Take(MostNodes))
        {
            html.Add($"<li class=\"{status.Tone()}\" data-key=\"{node.Latest.NodeId}\">{Marks.Of(status.Tone())}<div>");
            html.Add($"<h3><a href=\"{Masthead.Link(node)}\"><bdi>{node.Latest.NodeId}</bdi></a> ");
            html.Add($"<span class=\"word\">{status.ToString().ToLowerInvariant()}</span></h3>");
            if (status == NodeStatus.Lost)
            {
                html.Add($"<p>{node.Sentence(view.Now)}</p>");
            }
            else
            {
                NodeComponent worst = node.Latest.Health.MinBy(part => part.Status)!;
                html.Add($"<p><bdi>{worst.Name}: {worst.Message}</bdi></p>");
            }

            html.Add($"</div></li>");
        }

        html.Add($"</ul>");
        if (ailing.Length > MostNodes)
        {
            html.Add($"<p class=\"note\">And {ailing.Length - MostNodes} more: the table below begins with them.</p>");
        }

        html.Add($"</section>");
    }
}
