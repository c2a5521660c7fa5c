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
            if (here > 0 && below + here >= rank)
            {
                double upper = histogram.Bounds[i];
                double lower = i > 0 ? histogram.Bounds[i - 1] : Math.Min(0, upper);
                return lower + ((upper - lower) * Math.Max(0, (rank - below) / here));
            }
            below += here;
        }
        return histogram.Bounds[^1];
    }

    /// <summary>
    /// All observations together; null of nothing. Nodes of different versions may have different bounds: each bucket then keeps its own
    /// upper bound among all bounds.
    /// </summary>
    public static HistogramValue? Merge(IEnumerable<HistogramValue> histograms)
    {
        HistogramValue? merged = null;
        foreach (HistogramValue next in histograms)
            merged = merged is null ? next : Merge(merged, next);
        return merged;
    }

    private static HistogramValue Merge(HistogramValue left, HistogramValue right)
    {
        ImmutableArray<double> bounds = left.Bounds.AsSpan().SequenceEqual(right.Bounds.AsSpan())
            ? left.Bounds
            : [.. left.Bounds.Union(right.Bounds).Order()];
        long[] counts = new long[bounds.Length + 1];
        Add(counts, bounds, left);
        Add(counts, bounds, right);
        return new HistogramValue(bounds, [.. counts], left.Sum + right.Sum);
    }

    private static void Add(long[] counts, ImmutableArray<double> bounds, HistogramValue histogram)
    {
        int at = 0;
        for (int i = 0; i < histogram.Counts.Length; i++)
        {
            while (at < bounds.Length && (i == histogram.Bounds.Length || bounds[at] < histogram.Bounds[i]))
                at++;
            counts[at] += histogram.Counts[i];
        }
    }
}
