using System.Diagnostics.Metrics;

namespace GoTor.MetricsGateway.Reports;

/// <summary>What this room counts, in the gateway's own meter.</summary>
internal sealed class ReportsMetrics
{
    /// <summary>The gateway's meter.</summary>
    public const string MeterName = "GoTor.MetricsGateway";

    private readonly Counter<long> _taken;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _leftOut;
    private readonly Histogram<double> _duration;

    public ReportsMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        _taken = meter.CreateCounter<long>("gotor.gateway.reports.taken", "{report}", "Reports of nodes that were taken.");
        _refused = meter.CreateCounter<long>("gotor.gateway.reports.refused", "{report}", "Calls that were refused, by reason.");
        _leftOut = meter.CreateCounter<long>("gotor.gateway.series.left_out", "{series}", "Series and labels that were left out of reports that were taken.");
        _duration = meter.CreateHistogram("gotor.gateway.report.duration", "s", "Time to check and take a report.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1] });
    }

    public void Taken(TimeSpan took, int leftOut)
    {
        _taken.Add(1);
        _duration.Record(took.TotalSeconds);
        if (leftOut > 0)
            _leftOut.Add(leftOut);
    }

    public void Refused(RefusalReason reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason switch
    {
        RefusalReason.Token => "token",
        RefusalReason.Malformed => "malformed",
        RefusalReason.OlderProcess => "older_process",
        RefusalReason.Quota => "quota",
        RefusalReason.Internal => "internal",
        _ => "rate",
    }));
}
