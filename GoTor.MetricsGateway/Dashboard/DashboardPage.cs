using System.Collections.Immutable;
using GoTor.MetricsGateway.Dashboard.Sections;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>
/// The page. Its sections are always the same ones in the same order, each an element with an id, so that a live page can be brought up to
/// date section by section; what has nothing to show is hidden.
/// </summary>
internal static class DashboardPage
{
    public static ImmutableArray<Markup> Sections(DashboardView view) =>
    [
        Masthead.Write(view),
        Banner.Write(view),
        StatusSection.Write(view),
        HealthSection.Write(view),
        Charts.WriteTraffic(view),
        FleetSection.Write(view),
        ContractCards.Write(view),
        ProcessSection.Write(view),
        Updated(view),
    ];

    public static string Write(DashboardView view)
    {
        var html = new HtmlBuilder();
        string name = view.Node?.Latest.NodeId is { } id ? id + " · " : "";
        html.Add(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>{name}GoTor: go-tor Metrics Dashboard</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <noscript><meta http-equiv="refresh" content="5"></noscript>
            <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%238e56ab' d='M16 2c1 4 3 6 6 8 5 3 7 7 7 11a9 9 0 0 1-9 9h-8a9 9 0 0 1-9-9c0-4 2-8 7-11 3-2 5-4 6-8z'/%3E%3C/svg%3E">
            <link rel="stylesheet" href="metrics/app.css"><script src="metrics/app.js" defer></script></head>
            <body data-events="metrics/events{(view.Asked is null ? "" : "?node=" + Uri.EscapeDataString(view.Asked))}">
            <a class="skip" href="#main">To the figures</a>{Marks.Sprite}
            """);
        ImmutableArray<Markup> sections = Sections(view);
        html.Add($"{sections[0]}<main id=\"main\">");
        foreach (Markup section in sections[1..^1])
        {
            html.Add($"{section}");
        }

        html.Add($"</main><footer>{sections[^1]}<p id=\"live\"></p></footer></body></html>\n");
        return html.ToString();
    }

    private static Markup Updated(DashboardView view)
    {
        var html = new HtmlBuilder();
        html.Add($"<p id=\"updated\">Last updated: {Figures.Time(view.Now)} (auto-refresh every 5s)</p>");
        return html.ToMarkup();
    }
}
