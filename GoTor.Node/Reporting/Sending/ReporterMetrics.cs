using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;

namespace GoTor.Node.Reporting.Sending;

/// <summary>Counts reports. Safe for concurrent use.</summary>
internal sealed class ReporterMetrics
{
    private readonly Counter<long> _reports;
    private readonly Histogram<double> _duration;
    private long _size;

    public ReporterMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("GoTor");
        _reports = meter.CreateCounter<long>("gotor.reporter.reports", "{report}", "Reports to the metrics gateway, by what became of them.");
        _duration = meter.CreateSeconds("gotor.reporter.report.duration", "Time from sending a report to the gateway's answer.");
        meter.CreateObservableGauge("gotor.reporter.report.size", () => Volatile.Read(ref _size), "By", "Size of the last report.");
    }

    public void Sent(ReportResult result, TimeSpan took, long size)
    {
        _reports.Add(1, new KeyValuePair<string, object?>("result", Tag(result)));
        if (result == ReportResult.Accepted)
            _duration.Record(took.TotalSeconds);
        Volatile.Write(ref _size, size);
    }

    private static string Tag(ReportResult result) => result switch
    {
        ReportResult.Accepted => "accepted",
        ReportResult.Unreachable => "unreachable",
        ReportResult.TimedOut => "timeout",
        ReportResult.Unauthorized => "unauthorized",
        ReportResult.Replaced => "replaced",
        ReportResult.OverQuota => "over_quota",
        _ => "refused",
    };
}
