using System.Collections.Immutable;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>The first thing one sees: is it well, and if not, what now.</summary>
internal static class StatusSection
{
    public static Markup Write(DashboardView view)
    {
        var html = new HtmlBuilder();
        if (view.Node is { } node)
        {
            Node(html, node, view.Now);
        }
        else if (view.IsUnknown)
        {
            Open(html, "gone", "Node not found");
            Verdict(html, "gone", "Unknown", "No node of this name has reported to this gateway. Choose another one above, or wait: the page looks again by itself.");
            html.Add($"</div>");
        }
        else if (view.Nodes.IsEmpty)
        {
            Waiting(html);
        }
        else
        {
            Fleet(html, view);
        }

        html.Add($"</section>");
        return html.ToMarkup();
    }

    private static void Open(HtmlBuilder html, string tone, string title)
    {
        html.Add($"<section id=\"status\" class=\"{tone}\" aria-labelledby=\"status-title\">");
        html.Add($"<div class=\"about\"><h2 id=\"status-title\"><bdi>{title}</bdi></h2>");
    }

    // The status alone is announced when it changes: figures change every second.
    private static void Verdict(HtmlBuilder html, string tone, string word, string sentence)
    {
        html.Add($"<div class=\"verdict\">{Marks.Of(tone)}<p role=\"status\" aria-live=\"polite\">{word}</p></div>");
        html.Add($"<p class=\"sentence\"><bdi>{sentence}</bdi></p>");
    }

    private static void Node(HtmlBuilder html, NodeState node, DateTimeOffset now)
    {
        NodeSnapshot latest = node.Latest;
        NodeStatus status = node.Status();
        Open(html, status.Tone() + " node", latest.NodeId);
        Verdict(html, status.Tone(), status.ToString(), node.Sentence(now));
        if (latest.Bootstrap.Percent < 100)
        {
            html.Add($"<div class=\"bootstrap\"><progress max=\"100\" value=\"{latest.Bootstrap.Percent}\" aria-label=\"Bootstrap\">");
            html.Add($"{latest.Bootstrap.Percent} %</progress><span>{latest.Bootstrap.Percent} %</span></div>");
        }

        html.Add($"</div><dl class=\"facts\">");
        Fact(html, "Network", latest.Network);
        Fact(html, "Bootstrap", $"{latest.Bootstrap.Percent} % ({latest.Bootstrap.Tag.Replace('_', ' ')})");
        Fact(html, "Up for", Figures.Span(TimeSpan.FromSeconds(Math.Min(latest.Fields.UptimeSeconds, 1e9))));
        Fact(html, "Last report", $"{Figures.Span(now - latest.ReceivedAt)} ago");
        Fact(html, "Version", latest.Version);
        foreach ((string name, string value) in latest.Labels)
        {
            Fact(html, name, value);
        }

        html.Add($"</dl>");
    }

    private static void Fact(HtmlBuilder html, string name, string value) =>
        html.Add($"<div><dt><bdi>{name}</bdi></dt><dd><bdi>{value}</bdi></dd></div>");

    private static void Waiting(HtmlBuilder html)
    {
        Open(html, "busy", "No node yet");
        Verdict(html, "busy", "Waiting for a first report", "This gateway runs, and no node has reported to it so far. Start one that does:");
        html.Add(
            $"""
            <pre>dotnet run --project GoTor.Node -- --EnableMetrics 1 --MetricsGateway 127.0.0.1:9053 --MetricsTokenFile token.txt</pre><p class="note">The token is the one that the gateway was given. A node whose token is wrong is refused, and the gateway's log says so.</p></div>
            """);
    }

    private static void Fleet(HtmlBuilder html, DashboardView view)
    {
        ImmutableArray<(NodeState Node, NodeStatus Status)> all = [.. view.Nodes.Select(node => (node, node.Status()))];
        int ailing = all.Count(pair => pair.Status.NeedsAttention());
        int counted = all.Count(pair => !pair.Node.Presence.IsGone());
        NodeStatus worst = all.Min(pair => pair.Status);
        int starting = all.Count(pair => pair.Status == NodeStatus.Starting);
        string of = $"of {counted} {(counted == 1 ? "node" : "nodes")}";
        (string tone, string word) = ailing > 0
            ? (worst.Tone(), $"{ailing} {of} {(ailing == 1 ? "needs" : "need")} attention")
            : starting > 0 ? ("busy", $"{starting} {of} {(starting == 1 ? "is" : "are")} starting")
            : counted == 0 ? ("gone", "No node reports any more")
            : ("good", counted == 1 ? "The node that reports is healthy" : $"All {counted} nodes are healthy");
        Open(html, tone, "Fleet");
        html.Add($"<div class=\"verdict\">{Marks.Of(tone)}<p role=\"status\" aria-live=\"polite\">{word}</p></div><ul class=\"tally\">");
        foreach (var group in all.GroupBy(pair => pair.Status).OrderBy(group => group.Key))
        {
            html.Add($"<li>{Marks.Of(group.Key.Tone())}<b>{group.Count()}</b> {group.Key.ToString().ToLowerInvariant()}</li>");
        }

        html.Add($"</ul></div>");
    }
}
