using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Dashboard.History;

/// <summary>What a histogram took in between two moments.</summary>
internal static class BuildTimes
{
    /// <summary>What came in since <paramref name="before"/>; null when nothing did or the two do not compare.</summary>
    public static HistogramValue? Since(this HistogramValue? now, HistogramValue? before)
    {
        if (now is null || (before is not null && !before.Bounds.SequenceEqual(now.Bounds)))
            return null;
        ImmutableArray<long> counts = before is null ? now.Counts : [.. now.Counts.Zip(before.Counts, (late, early) => late - early)];
        bool grew = counts.All(count => count >= 0) && counts.Any(count => count > 0);
        return grew ? new HistogramValue(now.Bounds, counts, now.Sum - (before?.Sum ?? 0)) : null;
    }

    /// <summary>In seconds; NaN where nothing was built.</summary>
    public static double AverageOrNaN(this HistogramValue? builds) => builds is { Count: > 0 } ? builds.Mean() : double.NaN;

    /// <summary>In seconds; NaN where nothing was built.</summary>
    public static double P95OrNaN(this HistogramValue? builds) => builds is { Count: > 0 } ? builds.Quantile(0.95) : double.NaN;
}
