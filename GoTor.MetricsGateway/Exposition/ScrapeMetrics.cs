using System.Diagnostics.Metrics;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>What this room counts, in the gateway's own meter.</summary>
internal sealed class ScrapeMetrics
{
    private readonly Histogram<double> _duration;

    public ScrapeMetrics(IMeterFactory meters)
    {
        _duration = meters.Create(ReportsMetrics.MeterName).CreateHistogram("gotor.gateway.scrape.duration", "s", "Time to write and send /metrics.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10] });
    }

    public void Served(ExpositionFormat format, bool zipped, TimeSpan took) => _duration.Record(
        took.TotalSeconds,
        new KeyValuePair<string, object?>("format", format == ExpositionFormat.OpenMetrics ? "openmetrics" : "prometheus"),
        new KeyValuePair<string, object?>("encoding", zipped ? "gzip" : "identity"));
}
