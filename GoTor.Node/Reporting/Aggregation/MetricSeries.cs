namespace GoTor.Node.Reporting.Aggregation;

/// <summary>One instrument's values under one set of tags. Safe for concurrent use; recording takes no lock and allocates nothing.</summary>
internal abstract class MetricSeries(LabelSet labels)
{
    public LabelSet Labels { get; } = labels;

    /// <summary>Of an observed value: the collection that saw it last.</summary>
    public int SeenIn { get; set; }

    /// <summary>Counters and gauges: the value now. Histograms: the sum.</summary>
    public abstract double Value { get; }

    public abstract void Record(long value);

    public abstract void Record(double value);
}

/// <summary>The sum of whole numbers.</summary>
internal sealed class WholeSum(LabelSet labels) : MetricSeries(labels)
{
    private long _sum;

    public override double Value => Volatile.Read(ref _sum);

    public override void Record(long value) => Interlocked.Add(ref _sum, value);

    public override void Record(double value) => Record((long)value);
}

/// <summary>The sum of fractions.</summary>
internal sealed class FractionSum(LabelSet labels) : MetricSeries(labels)
{
    private double _sum;

    public override double Value => Volatile.Read(ref _sum);

    public override void Record(long value) => Record((double)value);

    public override void Record(double value) => AtomicDouble.Add(ref _sum, value);
}

/// <summary>The newest value: of gauges, and of everything that is observed.</summary>
internal sealed class LatestValue(LabelSet labels) : MetricSeries(labels)
{
    private double _latest;

    public override double Value => Volatile.Read(ref _latest);

    public override void Record(long value) => Record((double)value);

    public override void Record(double value) => Volatile.Write(ref _latest, value);
}

/// <summary>Observations in buckets.</summary>
/// <param name="bounds">Upper bounds, ascending; a value equal to one belongs below it, as in Prometheus.</param>
internal sealed class BucketedSeries(LabelSet labels, double[] bounds) : MetricSeries(labels)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public override double Value => Volatile.Read(ref _sum);

    public ReadOnlySpan<double> Bounds => bounds;

    public override void Record(long value) => Record((double)value);

    public override void Record(double value)
    {
        if (double.IsNaN(value))
            return;
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        // The sum first: a reader between the two lines sees a count too little rather than an observation of nothing.
        AtomicDouble.Add(ref _sum, value);
        Interlocked.Increment(ref _counts[bucket]);
    }

    /// <summary>Observations in one bucket, not accumulated.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>All observations.</summary>
    public long Count()
    {
        long count = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
            count += Count(bucket);
        return count;
    }
}

internal static class AtomicDouble
{
    public static void Add(ref double target, double value)
    {
        double seen = Volatile.Read(ref target);
        while (true)
        {
            double before = Interlocked.CompareExchange(ref target, seen + value, seen);
            // Bits, not values: NaN would never equal itself.
            if (BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(seen))
                return;
            seen = before;
        }
    }
}
