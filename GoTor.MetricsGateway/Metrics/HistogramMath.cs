using System.Collections.Immutable;

namespace GoTor.MetricsGateway.Metrics;

/// <summary>What can be said about observations of which only the buckets are known.</summary>
internal static class HistogramMath
{
    /// <summary>The mean, or 0 without observations.</summary>
    public static double Mean(this HistogramValue? histogram) => histogram is { Count: > 0 } ? histogram.Sum / histogram.Count : 0;

    /// <summary>
    /// The value below which this part of the observations lies, by linear interpolation in its bucket as Prometheus' histogram_quantile
    /// does it; the highest bound when it lies above that; 0 without observations.
    /// </summary>
    /// <param name="histogram">The observations.</param>
    /// <param name="part">0 to 1.</param>
    public static double Quantile(this HistogramValue? histogram, double part)
    {
        if (histogram is not { Count: > 0 } || histogram.Bounds.IsEmpty)
            return 0;
        double rank = part * histogram.Count;
        long below = 0;
        for (int i = 0; i < histogram.Bounds.Length; i++)
        {
            long here = histogram.Counts[i];
            if (here > 0 && (double)below + here >= rank)
            {
                double upper = histogram.Bounds[i];
                double lower = i > 0 ? histogram.Bounds[i - 1] : Math.Min(0, upper);
                return lower + ((upper - lower) * Math.Max(0, (rank - below) / here));
            }
            below = Plus(below, here);
        }
        return histogram.Bounds[^1];
    }

    /// <summary>Counts together: the largest number when that is more than fits.</summary>
    public static long Total(ImmutableArray<long> counts)
    {
        long total = 0;
        foreach (long count in counts)
            total = Plus(total, count);
        return total;
    }

    /// <summary>
    /// All observations together; null of nothing. Nodes of different versions may have different bounds: each bucket then keeps its own
    /// upper bound among all bounds. Counts stop at the largest number.
    /// </summary>
    public static HistogramValue? Merge(IEnumerable<HistogramValue> histograms)
    {
        HistogramValue[] all = [.. histograms];
        if (all.Length < 2)
            return all.Length == 0 ? null : all[0];
        ImmutableArray<double> bounds = BoundsOf(all);
        long[] counts = new long[bounds.Length + 1];
        double sum = 0;
        foreach (HistogramValue histogram in all)
        {
            Add(counts, bounds, histogram);
            sum += histogram.Sum;
        }
        return new HistogramValue(bounds, [.. counts], sum);
    }

    private static ImmutableArray<double> BoundsOf(HistogramValue[] histograms)
    {
        ImmutableArray<double> first = histograms[0].Bounds;
        return Array.TrueForAll(histograms, histogram => histogram.Bounds.AsSpan().SequenceEqual(first.AsSpan()))
            ? first
            : [.. histograms.SelectMany(histogram => histogram.Bounds).Distinct().Order()];
    }

    private static void Add(long[] counts, ImmutableArray<double> bounds, HistogramValue histogram)
    {
        int at = 0;
        for (int i = 0; i < histogram.Counts.Length; i++)
        {
            while (at < bounds.Length && (i == histogram.Bounds.Length || bounds[at] < histogram.Bounds[i]))
                at++;
            counts[at] = Plus(counts[at], histogram.Counts[i]);
        }
    }

    // Neither is negative. One node's counts are bounded, but nodes are many: a count that is wrong must not become an exception for all.
    private static long Plus(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;
}
