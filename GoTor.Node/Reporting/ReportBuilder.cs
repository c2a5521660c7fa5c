using GoTor.MetricsContract;
using GoTor.Node.Reporting.Aggregation;
using Label = GoTor.MetricsContract.Label;

namespace GoTor.Node.Reporting;

/// <summary>
/// Puts reports together: all totals as they are now, and how the node is. Keeps nothing of a report once it is made. One caller at a time.
/// </summary>
internal sealed class ReportBuilder(NodeIdentity identity, MeterAggregator meters, TimeProvider time)
{
    private const uint Contract = 1;

    private readonly Dictionary<LabelSet, Label[]> _labels = [];
    private ulong _sequence;

    /// <summary>What an observed instrument threw in the last report; null when all was well.</summary>
    public Exception? Failure { get; private set; }

    /// <param name="interval">How often the node means to report.</param>
    /// <param name="final">The node stops after this.</param>
    public NodeReport Build(NodeCondition condition, TimeSpan interval, bool final)
    {
        Failure = meters.Collect();
        NodeReport report = new()
        {
            Contract = Contract,
            NodeId = identity.NodeId,
            BootId = identity.BootId,
            StartTimeUnixMs = identity.StartTime.ToUnixTimeMilliseconds(),
            Sequence = ++_sequence,
            TimeUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            IntervalMs = (uint)interval.TotalMilliseconds,
            Version = identity.Version,
            Network = identity.Network,
            Bootstrap = condition.Bootstrap,
            Final = final,
            Profiling = identity.OffersProfiles,
        };
        foreach ((string name, string value) in identity.Labels)
            report.Labels.Add(name, value);
        report.Health.AddRange(condition.Components);
        foreach (MetricAggregate aggregate in meters.Aggregates)
            report.Families.Add(FamilyOf(aggregate));
        return report;
    }

    private MetricFamily FamilyOf(MetricAggregate aggregate)
    {
        MetricFamily family = new()
        {
            Name = aggregate.Name,
            Unit = aggregate.Unit,
            Help = aggregate.Help,
            Type = aggregate.Kind switch
            {
                AggregateKind.Counter => MetricType.Counter,
                AggregateKind.Histogram => MetricType.Histogram,
                _ => MetricType.Gauge,
            },
        };
        foreach (MetricSeries series in meters.Current(aggregate))
            family.Samples.Add(SampleOf(series));
        return family;
    }

    private Sample SampleOf(MetricSeries series)
    {
        Sample sample = new();
        sample.Labels.AddRange(LabelsOf(series.Labels));
        if (series is BucketedSeries buckets)
            sample.Histogram = HistogramOf(buckets);
        else
            sample.Value = series.Value;
        return sample;
    }

    private static Histogram HistogramOf(BucketedSeries series)
    {
        Histogram histogram = new() { Sum = series.Value };
        histogram.Bounds.Capacity = series.Bounds.Length;
        histogram.Counts.Capacity = series.Bounds.Length + 1;
        foreach (double bound in series.Bounds)
            histogram.Bounds.Add(bound);
        for (int bucket = 0; bucket <= series.Bounds.Length; bucket++)
            histogram.Counts.Add((ulong)series.Count(bucket));
        return histogram;
    }

    /// <summary>Messages that nobody changes can be part of many reports.</summary>
    private Label[] LabelsOf(LabelSet set)
    {
        if (_labels.TryGetValue(set, out Label[]? labels))
            return labels;
        labels = new Label[set.Labels.Length];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = new Label { Name = set.Labels[i].Key, Value = set.Labels[i].Value };
        return _labels[set] = labels;
    }
}
