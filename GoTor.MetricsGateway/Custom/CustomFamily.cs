using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Custom;

/// <summary>What a family means.</summary>
/// <param name="Name">As the application calls it, without the prefix.</param>
/// <param name="PrometheusName">With the prefix.</param>
/// <param name="Kind">What its values mean.</param>
/// <param name="Unit">After UCUM, or empty.</param>
/// <param name="Help">One sentence for people.</param>
/// <param name="Bounds">Of a histogram; otherwise empty.</param>
internal sealed record CustomDefinition(string Name, string PrometheusName, MetricKind Kind, string Unit, string Help, ImmutableArray<double> Bounds)
{
    /// <summary>Series that Prometheus makes of one set of labels.</summary>
    public int SeriesPerSample => Kind == MetricKind.Histogram ? Bounds.Length + 3 : 1;

    /// <summary>Whether both mean the same; the help text may differ.</summary>
    public bool MeansSameAs(CustomDefinition other) =>
        Kind == other.Kind && Unit == other.Unit && Name == other.Name && Bounds.AsSpan().SequenceEqual(other.Bounds.AsSpan());
}

/// <summary>A family with its series. Guarded by its registry's lock.</summary>
internal sealed class CustomFamily(CustomDefinition definition, DateTimeOffset now)
{
    public CustomDefinition Definition { get; set; } = definition;

    public Dictionary<LabelSet, CustomSeries> Series { get; } = [];

    /// <summary>When it was registered or updated last.</summary>
    public DateTimeOffset LastUsed { get; set; } = now;

    public MetricFamily Snapshot() => new(
        "gotor.custom." + Definition.Name, Definition.PrometheusName, Definition.Kind, Definition.Unit, Definition.Help,
        [.. Series.OrderBy(pair => pair.Key).Select(pair => new MetricSample(
            pair.Key.Labels, pair.Value.Value,
            Definition.Kind == MetricKind.Histogram ? new HistogramValue(Definition.Bounds, [.. pair.Value.Counts], pair.Value.Value) : null))]);
}

/// <summary>One series. Guarded by its registry's lock.</summary>
internal sealed class CustomSeries(CustomDefinition definition)
{
    /// <summary>The value; of a histogram, the sum.</summary>
    public double Value { get; set; }

    /// <summary>Of a histogram: observations per bucket.</summary>
    public long[] Counts { get; } = definition.Kind == MetricKind.Histogram ? new long[definition.Bounds.Length + 1] : [];

    public DateTimeOffset LastUpdated { get; set; }
}
