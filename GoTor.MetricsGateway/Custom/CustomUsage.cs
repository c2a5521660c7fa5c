using System.Diagnostics.Metrics;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Custom;

/// <summary>Counts what applications do. Safe for concurrent use.</summary>
internal sealed class CustomUsage
{
    private readonly Counter<long> _calls;

    public CustomUsage(IMeterFactory meters, CustomRegistry registry)
    {
        Meter meter = meters.Create(ReportsMetrics.MeterName);
        _calls = meter.CreateCounter<long>("gotor.gateway.custom.calls", "{call}", "Calls of applications that register or update metrics, by outcome.");
        meter.CreateObservableGauge("gotor.gateway.custom.series", () => registry.Series, "{series}", "Series of applications, as Prometheus counts them.");
    }

    public void Taken() => Count("ok");

    public void Refused(CustomRefusal reason) => Count(reason switch
    {
        CustomRefusal.NotRegistered => "not_registered",
        CustomRefusal.Taken => "taken",
        CustomRefusal.Quota => "quota",
        _ => "invalid",
    });

    private void Count(string outcome) => _calls.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
