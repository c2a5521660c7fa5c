using GoTor.MetricsGateway.Dashboard.History;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>What one node's process uses.</summary>
internal static class ProcessSection
{
    public static Markup Write(DashboardView view)
    {
        var html = new HtmlBuilder();
        if (view.Node?.Latest is not { } latest || !latest.Families.Any(family => family.Name.StartsWith("gotor.process.", StringComparison.Ordinal)))
        {
            html.Add($"<section id=\"process\" hidden></section>");
            return html.ToMarkup();
        }

        html.Add($"<section id=\"process\"{new Markup(view.IsPast ? " class=\"past\"" : "")} aria-labelledby=\"process-title\">");
        html.Add($"<h2 id=\"process-title\">Process</h2><div class=\"charts\">");
        Charts.WriteProcess(html, view.History);
        html.Add($"</div><dl class=\"facts\">");
        Fact(html, "Managed heap", Figures.Bytes(latest.Value("gotor.process.memory.managed")));
        Fact(html, "Threads", Figures.Count(latest.Value("gotor.process.threads")));
        Fact(html, "Sockets", Figures.Count(latest.Value("gotor.process.sockets")));
        Fact(html, "Work waiting", Figures.Count(latest.Value("gotor.process.threadpool.queue")));
        Fact(html, "Garbage collections", Figures.Count(latest.Value("gotor.process.gc.collections")));
        Fact(html, "Paused for them", Figures.Latency(latest.Value("gotor.process.gc.pause.time")));
        Fact(html, "Processor time", Figures.Latency(latest.Value("gotor.process.cpu.time")));
        html.Add($"</dl></section>");
        return html.ToMarkup();
    }

    private static void Fact(HtmlBuilder html, string name, string value) => html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
}
