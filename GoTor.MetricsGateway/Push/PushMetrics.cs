using System.Diagnostics.Metrics;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Push;

/// <summary>Counts deliveries. Safe for concurrent use.</summary>
internal sealed class PushMetrics
{
    private readonly Counter<long> _deliveries;

    public PushMetrics(IMeterFactory meters) =>
        _deliveries = meters.Create(ReportsMetrics.MeterName)
            .CreateCounter<long>("gotor.gateway.push.deliveries", "{delivery}", "Deliveries to a Pushgateway or an OTLP collector, by target and outcome.");

    public void Delivered(string target, bool works) =>
        _deliveries.Add(1, new KeyValuePair<string, object?>("target", target), new KeyValuePair<string, object?>("outcome", works ? "ok" : "failed"));
}
