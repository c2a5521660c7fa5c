using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;
using GoTor.MetricsGateway.Push.Otlp.Messages;

namespace GoTor.MetricsGateway.Push.Otlp;

/// <summary>
/// A node's report as OTLP: its instruments under their own names and units, cumulative since the node's process started. Pure.
/// https://opentelemetry.io/docs/specs/otel/metrics/data-model/
/// </summary>
internal static class OtlpConversion
{
    private const ulong NanosecondsPerTick = 100;

    public static ResourceMetrics From(NodeSnapshot node)
    {
        ulong time = UnixNanoseconds(node.ReceivedAt);
        ulong start = Math.Min(UnixNanoseconds(node.StartTime), time);
        return new ResourceMetrics
        {
            Resource = new Resource
            {
                Attributes =
                {
                    Attribute("service.name", "gotor-node"), Attribute("service.instance.id", node.NodeId), Attribute("service.version", node.Version),
                    Attribute("gotor.network", node.Network),
                    node.Labels.Select(label => Attribute("gotor.label." + label.Key, label.Value)),
                },
            },
            ScopeMetrics =
            {
                new ScopeMetrics
                {
                    Scope = new InstrumentationScope { Name = "GoTor", Version = node.Version },
                    Metrics = { node.Families.Select(family => From(family, start, time)) },
                },
            },
        };
    }

    /// <summary>Data points of a node, to keep requests small.</summary>
    public static int PointsOf(NodeSnapshot node) => node.Families.Sum(family => family.Samples.Length);

    private static Metric From(MetricFamily family, ulong start, ulong time)
    {
        Metric metric = new() { Name = family.Name, Description = family.Help, Unit = family.Unit };
        switch (family.Type)
        {
            case MetricKind.Counter:
                metric.Sum = new Sum
                {
                    IsMonotonic = true,
                    AggregationTemporality = AggregationTemporality.Cumulative,
                    DataPoints = { family.Samples.Select(sample => Number(sample, start, time)) },
                };
                break;
            case MetricKind.Gauge:
                metric.Gauge = new Gauge { DataPoints = { family.Samples.Select(sample => Number(sample, 0, time)) } };
                break;
            default:
                metric.Histogram = new Histogram
                {
                    AggregationTemporality = AggregationTemporality.Cumulative,
                    DataPoints = { family.Samples.Select(sample => Buckets(sample, start, time)) },
                };
                break;
        }
        return metric;
    }

    private static NumberDataPoint Number(MetricSample sample, ulong start, ulong time) => new()
    {
        StartTimeUnixNano = start,
        TimeUnixNano = time,
        AsDouble = sample.Value,
        Attributes = { Attributes(sample.Labels) },
    };

    private static HistogramDataPoint Buckets(MetricSample sample, ulong start, ulong time) => new()
    {
        StartTimeUnixNano = start,
        TimeUnixNano = time,
        Count = (ulong)sample.Histogram!.Count,
        Sum = sample.Histogram.Sum,
        BucketCounts = { sample.Histogram.Counts.Select(count => (ulong)count) },
        ExplicitBounds = { sample.Histogram.Bounds },
        Attributes = { Attributes(sample.Labels) },
    };

    private static IEnumerable<KeyValue> Attributes(ImmutableArray<KeyValuePair<string, string>> labels) =>
        labels.Select(label => Attribute(label.Key, label.Value));

    private static KeyValue Attribute(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    private static ulong UnixNanoseconds(DateTimeOffset moment) =>
        (ulong)Math.Max(0, moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * NanosecondsPerTick;
}
