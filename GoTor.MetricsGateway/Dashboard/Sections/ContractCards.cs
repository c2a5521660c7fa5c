using System.Globalization;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.Sections;

/// <summary>go-tor's five cards: its headings, its rows, its formats. Numbers as they are, for whoever compares them with /metrics.</summary>
internal static class ContractCards
{
    public static Markup Write(DashboardView view)
    {
        ContractFields f = view.Fields;
        var html = new HtmlBuilder();
        if (view.IsUnknown)
        {
            html.Add($"<section id=\"cards\" hidden></section>");
            return html.ToMarkup();
        }

        html.Add($"<section id=\"cards\" aria-labelledby=\"cards-title\"");
        html.Add($"{new Markup(view.IsPast ? " class=\"past\"" : "")}><h2 id=\"cards-title\">Totals</h2>");
        html.Add($"<p class=\"note\">{Scope(view)}</p><div class=\"cards\">");
        Card(html, "circuit-metrics", "Circuit Metrics",
            Row("Active Circuits", f.ActiveCircuits),
            Row("Total Builds", f.CircuitBuilds),
            Row("Successful", f.CircuitBuildSuccess, "success"),
            Row("Failed", f.CircuitBuildFailure, "danger"),
            ("Avg Build Time", Seconds(f.CircuitBuildTimeAvg), ""),
            ("P95 Build Time", Seconds(f.CircuitBuildTimeP95), ""));
        Card(html, "connection-metrics", "Connection Metrics",
            Row("Active Connections", f.ActiveConnections),
            Row("Total Attempts", f.ConnectionAttempts),
            Row("Successful", f.ConnectionSuccess, "success"),
            Row("Failed", f.ConnectionFailures, "danger"),
            Row("Retries", f.ConnectionRetries),
            ("Avg TLS Handshake", Seconds(f.TLSHandshakeAvg), ""));
        Card(html, "stream-metrics", "Stream Metrics",
            Row("Active Streams", f.ActiveStreams),
            Row("Created", f.StreamsCreated),
            Row("Closed", f.StreamsClosed),
            Row("Failures", f.StreamFailures, "danger"),
            ("Data Transferred", Whole(f.StreamData) + " bytes", ""));
        Card(html, "guard-metrics", "Guard & SOCKS Metrics",
            Row("Active Guards", f.GuardsActive),
            Row("Confirmed Guards", f.GuardsConfirmed, "success"),
            Row("SOCKS Connections", f.SocksConnections),
            Row("SOCKS Requests", f.SocksRequests),
            Row("SOCKS Errors", f.SocksErrors, "danger"));
        Card(html, "system-metrics", "System Metrics", ("Uptime", Whole(f.UptimeSeconds) + "s", ""));
        html.Add($"</div></section>");
        return html.ToMarkup();
    }

    private static string Scope(DashboardView view)
    {
        if (view.Node?.Presence.IsGone() == true)
        {
            return "As the node last reported them. They are in /metrics and in the sums no more.";
        }

        if (view.Node is not null)
        {
            return "Since the node started, as in /metrics and /metrics/json. Circuits and streams are those of applications.";
        }

        int gone = view.Nodes.Count(node => node.Presence.IsGone());
        int stale = view.Nodes.Count(node => node.Presence == NodePresence.Stale);
        int summed = view.Nodes.Length - gone;
        string left = (stale, gone - stale) switch
        {
            (0, 0) => "",
            (_, 0) => $"; {stale} stale left out",
            (0, _) => $"; {gone} stopped left out",
            _ => $"; {stale} stale and {gone - stale} stopped left out",
        };
        return view.Nodes.IsEmpty ? "Nothing has been reported yet: the sum of no nodes." : $"Sum of {summed} {(summed == 1 ? "node" : "nodes")}{left}. "
            + "Times are over the builds of all of them; the uptime is the longest.";
    }

    private static void Card(HtmlBuilder html, string id, string title, params ReadOnlySpan<(string Name, string Value, string Class)> rows)
    {
        html.Add($"<article class=\"card\" aria-labelledby=\"{id}\"><h3 id=\"{id}\">{title}</h3><dl>");
        foreach ((string name, string value, string tone) in rows)
        {
            html.Add($"<div><dt>{name}</dt><dd{new Markup(tone.Length > 0 ? $" class=\"{tone}\"" : "")}>{value}</dd></div>");
        }

        html.Add($"</dl></article>");
    }

    private static (string Name, string Value, string Class) Row(string name, long value, string tone = "") =>
        // Nothing has failed yet: nothing to be alarmed about.
        (name, Whole(value), tone == "danger" && value == 0 ? "" : tone);

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(long nanoseconds) => (nanoseconds / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + "s";
}
