using GoTor.MetricsContract;
using GoTor.Node.Reporting.Aggregation;
using Label = GoTor.MetricsContract.Label;

namespace GoTor.Node.Reporting;

/// <summary>
/// Puts reports together: all totals as they are now, and how the node is. The messages of a report that has arrived are used for the next
/// one, so that reporting each second makes no garbage that a small process would have to grow for. One caller at a time.
/// </summary>
internal sealed class ReportBuilder(NodeIdentity identity, MeterAggregator meters, TimeProvider time)
{
    private const uint Contract = 1;

    private readonly Dictionary<LabelSet, Label[]> _labels = [];
    private readonly Dictionary<MetricAggregate, MetricFamily> _families = [];
    private readonly Dictionary<MetricSeries, Sample> _samples = [];
    private NodeReport? _free;
    private ulong _sequence;

    /// <summary>What an observed instrument threw in the last report; null when all was well.</summary>
    public Exception? Failure { get; private set; }

    /// <param name="condition">How the node is.</param>
    /// <param name="interval">How often the node means to report.</param>
    /// <param name="final">The node stops after this.</param>
    /// <returns>The caller's until it calls <see cref="Reuse"/>.</returns>
    public NodeReport Build(NodeCondition condition, TimeSpan interval, bool final)
    {
        Failure = meters.Collect();
        NodeReport report = _free ?? New();
        _free = null;
        report.Sequence = ++_sequence;
        report.TimeUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        report.IntervalMs = (uint)interval.TotalMilliseconds;
        report.Bootstrap = condition.Bootstrap;
        report.Final = final;
        report.Health.Clear();
        report.Health.AddRange(condition.Components);
        report.Families.Clear();
        foreach (MetricAggregate aggregate in meters.Aggregates)
            report.Families.Add(FamilyOf(aggregate));
        return report;
    }

    /// <summary>Nobody reads the last report any more. Not to be said of one whose sending was given up: it may still be read.</summary>
    public void Reuse(NodeReport report) => _free = report;

    private NodeReport New()
    {
        // The last report is not ours, and these are its parts.
        _families.Clear();
        _samples.Clear();
        NodeReport report = new()
        {
            Contract = Contract,
            NodeId = identity.NodeId,
            BootId = identity.BootId,
            StartTimeUnixMs = identity.StartTime.ToUnixTimeMilliseconds(),
            Version = identity.Version,
            Network = identity.Network,
            Profiling = identity.OffersProfiles,
        };
        foreach ((string name, string value) in identity.Labels)
            report.Labels.Add(name, value);
        return report;
    }

    private MetricFamily FamilyOf(MetricAggregate aggregate)
    {
        if (!_families.TryGetValue(aggregate, out MetricFamily? family))
        {
            _families[aggregate] = family = new()
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
        }

        family.Samples.Clear();
        foreach (MetricSeries series in aggregate.Series)
        {
            if (meters.IsCurrent(aggregate, series))
                family.Samples.Add(SampleOf(series));
        }

        return family;
    }

    private Sample SampleOf(MetricSeries series)
    {
        if (!_samples.TryGetValue(series, out Sample? sample))
        {
            _samples[series] = sample = new();
            sample.Labels.AddRange(LabelsOf(series.Labels));
            if (series is BucketedSeries bucketed)
                sample.Histogram = HistogramOf(bucketed);
        }

        if (series is BucketedSeries buckets)
            Fill(sample.Histogram, buckets);
        else
            sample.Value = series.Value;
        return sample;
    }

    private static Histogram HistogramOf(BucketedSeries series)
    {
        Histogram histogram = new();
        histogram.Bounds.Capacity = series.Bounds.Length;
        histogram.Counts.Capacity = series.Bounds.Length + 1;
        foreach (double bound in series.Bounds)
            histogram.Bounds.Add(bound);
        for (int bucket = 0; bucket <= series.Bounds.Length; bucket++)
            histogram.Counts.Add(0);
        return histogram;
    }

    private static void Fill(Histogram histogram, BucketedSeries series)
    {
        histogram.Sum = series.Value;
        for (int bucket = 0; bucket <= series.Bounds.Length; bucket++)
            histogram.Counts[bucket] = (ulong)series.Count(bucket);
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
