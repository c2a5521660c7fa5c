using System.Collections.Immutable;

namespace GoTor.MetricsGateway.Metrics;

/// <summary>The series of one name, as a node reported them and the gateway checked them. Immutable.</summary>
/// <param name="Name">The instrument's name, as "gotor.circuit.builds".</param>
/// <param name="PrometheusName">The same for Prometheus, as "gotor_circuit_builds_total".</param>
/// <param name="Type">What the values mean.</param>
/// <param name="Unit">The instrument's unit after UCUM, or empty.</param>
/// <param name="Help">One sentence for people.</param>
/// <param name="Samples">One per set of labels.</param>
internal sealed record MetricFamily(
    string Name, string PrometheusName, MetricKind Type, string Unit, string Help, ImmutableArray<MetricSample> Samples);

/// <summary>What a family's values mean.</summary>
internal enum MetricKind
{
    /// <summary>A total that never falls while a process lives.</summary>
    Counter,

    /// <summary>A value as it is now.</summary>
    Gauge,

    /// <summary>Observations in buckets.</summary>
    Histogram,
}

/// <summary>One series at one moment. Immutable.</summary>
/// <param name="Labels">Sorted by name, without "node".</param>
/// <param name="Value">Of a counter or gauge.</param>
/// <param name="Histogram">Of a histogram; otherwise null.</param>
internal sealed record MetricSample(ImmutableArray<KeyValuePair<string, string>> Labels, double Value, HistogramValue? Histogram = null);

/// <summary>A histogram's buckets at one moment. Immutable.</summary>
/// <param name="Bounds">Upper bounds, ascending, without the last one, which is infinity.</param>
/// <param name="Counts">Observations per bucket, not accumulated: one more than bounds.</param>
/// <param name="Sum">Of everything observed.</param>
internal sealed record HistogramValue(ImmutableArray<double> Bounds, ImmutableArray<long> Counts, double Sum)
{
    /// <summary>How many observations there are; the largest number when there are more.</summary>
    public long Count { get; } = HistogramMath.Total(Counts);
}
