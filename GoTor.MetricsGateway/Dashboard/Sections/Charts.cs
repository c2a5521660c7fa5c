using System.Collections.Immutable;
using GoTor.MetricsGateway.Dashboard.History;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>The charts of the page.</summary>
internal static class Charts
{
    private static readonly ImmutableArray<Chart> Traffic =
    [
        new("throughput", "Throughput", Figures.Rate,
            [new("Received", "c1", point => point.Received), new("Sent", "c2", point => point.Sent)])
        {
            LeastTop = 10_000,
            Note = "Application bytes, without Tor's own overhead.",
        },
        new("circuits", "Circuits", Figures.Count,
            [
                new("Open", "c1", point => point.Circuits),
                new("Built / min", "c2", point => point.CircuitsBuilt),
                new("Failed / min", "c3", point => point.CircuitsFailed),
            ])
        {
            LeastTop = 4,
            Counts = true,
            Note = "For applications, without those that fetch the directory.",
        },
        new("builds", "Circuit build time", Figures.Latency,
            [new("Average", "c1", point => point.BuildAverage), new("95th percentile", "c2", point => point.BuildP95)])
        {
            LeastTop = 0.1,
            Note = "Of the circuits built in the minute before; no line where none was.",
        },
        new("streams", "Streams", Figures.Count,
            [
                new("Open", "c1", point => point.Streams),
                new("Created / min", "c2", point => point.StreamsCreated),
                new("Failed / min", "c3", point => point.StreamsFailed),
            ])
        {
            LeastTop = 4,
            Counts = true,
            Note = "Connections of applications through the network.",
        },
    ];

    private static readonly ImmutableArray<Chart> Process =
    [
        new("processor", "Processor", Figures.Percent, [new("Of one core", "c1", point => point.Processor)]) { LeastTop = 0.1 },
        new("memory", "Memory", Figures.Bytes, [new("Resident", "c1", point => point.Memory)]) { LeastTop = 50_000_000 },
    ];

    public static Markup WriteTraffic(DashboardView view)
    {
        var html = new HtmlBuilder();
        if (view.Nodes.IsEmpty || view.IsUnknown)
        {
            html.Add($"<section id=\"charts\" hidden></section>");
            return html.ToMarkup();
        }

        html.Add($"<section id=\"charts\"{Dim(view)} aria-labelledby=\"charts-title\"><h2 id=\"charts-title\">Traffic</h2><div class=\"charts\">");
        foreach (Chart chart in Traffic)
        {
            chart.Write(html, view.History);
        }

        html.Add($"</div></section>");
        return html.ToMarkup();
    }

    public static void WriteProcess(HtmlBuilder html, ImmutableArray<HistoryPoint> points)
    {
        foreach (Chart chart in Process)
        {
            chart.Write(html, points);
        }
    }

    private static Markup Dim(DashboardView view) => new(view.IsPast ? " class=\"past\"" : "");
}
