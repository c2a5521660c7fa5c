namespace GoTor.MetricsGateway.Metrics;

/// <summary>The one rule that makes a Prometheus name from an instrument's name and unit.</summary>
internal static class PrometheusName
{
    // Prometheus and OpenMetrics make series with these endings of their own.
    private static readonly string[] ReservedEndings = ["_total", "_bucket", "_count", "_sum", "_created", "_info"];

    /// <summary>
    /// Dots become underscores; the unit adds <c>_seconds</c> (s), <c>_bytes</c> (By) or, for a gauge, <c>_ratio</c> (1), unless the name ends
    /// so already; counters end in <c>_total</c>. Units in braces add nothing.
    /// </summary>
    public static string Of(string name, string unit, MetricKind kind)
    {
        string result = WithSuffix(name.Replace('.', '_'), SuffixOf(unit, kind));
        return kind == MetricKind.Counter ? WithSuffix(result, "_total") : result;
    }

    /// <summary>The ending that a name may not have because the formats keep it for series of their own; null when there is none.</summary>
    public static string? ReservedEnding(string prometheusName, MetricKind kind) => kind == MetricKind.Counter
        ? null
        : Array.Find(ReservedEndings, ending => prometheusName.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>Whether <see cref="Of"/> knows what to do with the unit.</summary>
    public static bool KnowsUnit(string unit) => unit is "" or "s" or "By" or "1" || (unit.StartsWith('{') && unit.EndsWith('}'));

    /// <summary>OpenMetrics' word for the unit that ends the family's name, or null.</summary>
    public static string? OpenMetricsUnit(string baseName, string unit, MetricKind kind) =>
        SuffixOf(unit, kind) is { Length: > 0 } suffix && baseName.EndsWith(suffix, StringComparison.Ordinal) ? suffix[1..] : null;

    /// <summary>The name without <c>_total</c>: OpenMetrics' name of a counter's family, and what two families may not share.</summary>
    public static string BaseName(string prometheusName, MetricKind kind) =>
        kind == MetricKind.Counter && prometheusName.EndsWith("_total", StringComparison.Ordinal) ? prometheusName[..^6] : prometheusName;

    private static string SuffixOf(string unit, MetricKind kind) => unit switch
    {
        "s" => "_seconds",
        "By" => "_bytes",
        "1" when kind == MetricKind.Gauge => "_ratio",
        _ => "",
    };

    private static string WithSuffix(string name, string suffix) =>
        suffix.Length == 0 || name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;
}
