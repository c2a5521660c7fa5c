using System.Diagnostics.Metrics;

namespace GoTor.Node.Reporting.Aggregation;

/// <summary>What the values of an instrument mean.</summary>
internal enum AggregateKind
{
    /// <summary>A total that never falls.</summary>
    Counter,

    /// <summary>A value as it is now.</summary>
    Gauge,

    /// <summary>Observations in buckets.</summary>
    Histogram,
}

/// <summary>
/// All series of one instrument since the process started. Safe for concurrent use: a measurement looks its tags up in an array that
/// is only ever replaced, so it takes no lock and allocates nothing once its series exists.
/// </summary>
internal sealed class MetricAggregate
{
    /// <summary>Tags come from closed sets, so more than this is a mistake of ours, which must not eat the memory.</summary>
    public const int MaxSeries = 256;

    // For a histogram whose maker gave no advice. OpenTelemetry's defaults.
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly Lock _growing = new();
    private readonly double[] _bounds;
    private readonly Keeping _keeping;
    private Entry[] _entries = [];
    private MetricSeries[] _series = [];
    private long _dropped;

    public MetricAggregate(Instrument instrument)
    {
        (Kind, _keeping, _bounds) = Describe(instrument);
        IsObserved = instrument.IsObservable;
        (Name, Unit, Help) = (instrument.Name, instrument.Unit ?? "", instrument.Description ?? "");
    }

    public string Name { get; }

    public string Unit { get; }

    public string Help { get; }

    public AggregateKind Kind { get; }

    /// <summary>Its values come when they are asked for.</summary>
    public bool IsObserved { get; }

    /// <summary>Measurements that found no series and no room for one.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>The series that there are now.</summary>
    public ReadOnlySpan<MetricSeries> Series => Volatile.Read(ref _series);

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, int collection)
    {
        if (Find(tags) is not { } series)
            return;
        series.Record(value);
        if (IsObserved)
            series.SeenIn = collection;
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, int collection)
    {
        if (Find(tags) is not { } series)
            return;
        series.Record(value);
        if (IsObserved)
            series.SeenIn = collection;
    }

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (ref readonly Entry entry in Volatile.Read(ref _entries).AsSpan())
        {
            if (entry.Is(tags))
                return entry.Series;
        }

        return Add(tags);
    }

    private MetricSeries? Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_growing)
        {
            foreach (ref readonly Entry entry in _entries.AsSpan())
            {
                if (entry.Is(tags))
                    return entry.Series;
            }

            if (_entries.Length >= MaxSeries)
            {
                Interlocked.Increment(ref _dropped);
                return null;
            }

            // The same tags in another order are the same series.
            LabelSet labels = new(tags);
            MetricSeries? series = Array.Find(_series, known => known.Labels.Equals(labels));
            if (series is null)
            {
                series = Make(labels);
                Volatile.Write(ref _series, [.. _series, series]);
            }

            Volatile.Write(ref _entries, [.. _entries, new Entry(tags.ToArray(), series)]);
            return series;
        }
    }

    private MetricSeries Make(LabelSet labels) => _keeping switch
    {
        Keeping.Buckets => new BucketedSeries(labels, _bounds),
        Keeping.WholeSum => new WholeSum(labels),
        Keeping.FractionSum => new FractionSum(labels),
        _ => new LatestValue(labels),
    };

    private static (AggregateKind Kind, Keeping Keeping, double[] Bounds) Describe(Instrument instrument) => instrument switch
    {
        Counter<long> or Counter<int> => (AggregateKind.Counter, Keeping.WholeSum, []),
        Counter<double> => (AggregateKind.Counter, Keeping.FractionSum, []),
        UpDownCounter<long> or UpDownCounter<int> => (AggregateKind.Gauge, Keeping.WholeSum, []),
        UpDownCounter<double> => (AggregateKind.Gauge, Keeping.FractionSum, []),
        ObservableCounter<long> or ObservableCounter<int> or ObservableCounter<double> => (AggregateKind.Counter, Keeping.Latest, []),
        Histogram<double> histogram => (AggregateKind.Histogram, Keeping.Buckets, Bounds(histogram.Advice)),
        Histogram<long> histogram => (AggregateKind.Histogram, Keeping.Buckets, Bounds(histogram.Advice)),
        Histogram<int> histogram => (AggregateKind.Histogram, Keeping.Buckets, Bounds(histogram.Advice)),
        // Gauges, whether they are set or observed.
        _ => (AggregateKind.Gauge, Keeping.Latest, []),
    };

    private static double[] Bounds<T>(InstrumentAdvice<T>? advice)
        where T : struct =>
        advice?.HistogramBucketBoundaries is { } bounds ? [.. bounds.Select(bound => Convert.ToDouble(bound, null))] : DefaultBounds;

    private enum Keeping
    {
        WholeSum,
        FractionSum,
        Latest,
        Buckets,
    }

    /// <summary>Tags exactly as a measurement gave them, so that the next one is found without sorting.</summary>
    private readonly struct Entry(KeyValuePair<string, object?>[] tags, MetricSeries series)
    {
        public MetricSeries Series => series;

        public bool Is(ReadOnlySpan<KeyValuePair<string, object?>> given)
        {
            if (given.Length != tags.Length)
                return false;
            for (int i = 0; i < tags.Length; i++)
            {
                if (!Same(tags[i].Key, given[i].Key) || !SameValue(tags[i].Value, given[i].Value))
                    return false;
            }

            return true;
        }

        private static bool Same(string a, string b) => ReferenceEquals(a, b) || a == b;

        private static bool SameValue(object? a, object? b) =>
            ReferenceEquals(a, b) || (a is string x && b is string y ? x == y : a is not null && a.Equals(b));
    }
}
