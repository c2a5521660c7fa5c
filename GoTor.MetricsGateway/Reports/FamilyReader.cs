using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Reports;

/// <summary>Checks the families of a report. What breaks a rule is left out and said so; the rest is taken. Safe for concurrent use.</summary>
internal sealed class FamilyReader(ReportQuotas quotas, FamilyCatalogue catalogue)
{
    private readonly SampleReader _samples = new(quotas);

    // The gateway says these things about nodes itself; the last ones are applications'.
    private static readonly string[] ReservedNames = ["gotor_node_", "gotor_gateway_", Custom.CustomRules.Prefix];

    /// <summary>The families that keep the rules, sorted by <see cref="MetricFamily.PrometheusName"/>.</summary>
    /// <param name="families">As the node reported them.</param>
    /// <param name="nodeId">The node.</param>
    /// <param name="previous">The last snapshot of the same process, or null.</param>
    /// <param name="now">By the gateway's clock.</param>
    /// <param name="refusals">Where the reasons go for what is left out.</param>
    public ImmutableArray<MetricFamily> Read(
        IReadOnlyList<MetricsContract.MetricFamily> families, string nodeId, NodeSnapshot? previous, DateTimeOffset now, Refusals refusals)
    {
        int seriesLeft = quotas.Series;
        var result = new SortedList<string, MetricFamily>(Math.Min(families.Count, quotas.Families), StringComparer.Ordinal);
        foreach (MetricsContract.MetricFamily family in families)
        {
            if (result.Count == quotas.Families)
            {
                refusals.Add($"the node has more than {quotas.Families} families");
                break;
            }
            if (Fault(family) is { } fault)
            {
                refusals.Add(fault);
                continue;
            }
            MetricKind kind = KindOf(family.Type)!.Value;
            string prometheusName = PrometheusName.Of(family.Name, family.Unit, kind);
            if (result.ContainsKey(prometheusName))
            {
                refusals.Add($"'{family.Name}' comes twice");
                continue;
            }
            if (IsReserved(prometheusName, kind))
            {
                refusals.Add($"'{family.Name}': the name '{prometheusName}' is reserved");
                continue;
            }
            MetricFamily? last = previous?.Families.Find(prometheusName);
            if (last is not null && last.Type != kind)
                last = null;
            var read = new MetricFamily(
                family.Name, prometheusName, kind, family.Unit, ReportText.Clean(family.Help, 256),
                _samples.Read(family, kind, last, ref seriesLeft, refusals));
            (MetricFamily? admitted, string? refusal) = catalogue.Admit(read, nodeId, now);
            if (admitted is null)
                refusals.Add(refusal!);
            else
                result.Add(admitted.PrometheusName, admitted);
        }
        return [.. result.Values];
    }

    /// <summary>About how many bytes the families have in an exposition.</summary>
    public static long TextBytes(ImmutableArray<MetricFamily> families, string nodeId)
    {
        long bytes = 0;
        foreach (MetricFamily family in families)
        {
            foreach (MetricSample sample in family.Samples)
            {
                int line = family.PrometheusName.Length + nodeId.Length + 32;
                foreach ((string name, string value) in sample.Labels)
                    line += name.Length + value.Length + 4;
                bytes += line * (sample.Histogram is { } histogram ? histogram.Counts.Length + 2 : 1);
            }
        }
        return bytes;
    }

    private static string? Fault(MetricsContract.MetricFamily family)
    {
        if (!ReportText.IsInstrumentName(family.Name))
            return $"{ReportText.Quote(family.Name)} cannot be a metric's name: words of a-z 0-9 _ with dots between them";
        if (!family.Name.StartsWith("gotor.", StringComparison.Ordinal) && !family.Name.StartsWith("tor.hs.", StringComparison.Ordinal))
            return $"'{family.Name}': a node's metrics start with 'gotor.' or 'tor.hs.'";
        if (KindOf(family.Type) is null)
            return $"'{family.Name}' has a type that this gateway does not know";
        return !ReportText.IsPlain(family.Unit, ReportText.LongestName) || !PrometheusName.KnowsUnit(family.Unit)
            ? $"'{family.Name}' has unit {ReportText.Quote(family.Unit)}, which is none of s, By, 1 and {{thing}}"
            : null;
    }

    private static bool IsReserved(string prometheusName, MetricKind kind) =>
        Array.Exists(ReservedNames, start => prometheusName.StartsWith(start, StringComparison.Ordinal))
        || PrometheusName.ReservedEnding(prometheusName, kind) is not null;

    private static MetricKind? KindOf(MetricsContract.MetricType type) => type switch
    {
        MetricsContract.MetricType.Counter => MetricKind.Counter,
        MetricsContract.MetricType.Gauge => MetricKind.Gauge,
        MetricsContract.MetricType.Histogram => MetricKind.Histogram,
        _ => null,
    };
}
