using System.Diagnostics.Metrics;

namespace GoTor.Client.Telemetry;

/// <summary>
/// Bucket boundaries for every histogram in seconds. A client sees milliseconds (TLS on the same continent) and minutes (a request that
/// waits for a circuit until SocksTimeout); between 0.1 s and 10 s, where Tor spends most of its time, they stand close enough for a percentile.
/// </summary>
internal static class DurationBuckets
{
    public static InstrumentAdvice<double> Advice { get; } = new()
    {
        HistogramBucketBoundaries =
        [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30, 60, 120,
        ],
    };

    /// <summary>A histogram in seconds.</summary>
    public static Histogram<double> CreateSeconds(this Meter meter, string name, string description) =>
        meter.CreateHistogram(name, "s", description, tags: null, Advice);
}
