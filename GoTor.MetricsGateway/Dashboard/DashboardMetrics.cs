using System.Diagnostics.Metrics;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>What the dashboard costs, among the gateway's own metrics.</summary>
internal sealed class DashboardMetrics
{
    private readonly UpDownCounter<int> _open;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;

    public DashboardMetrics(IMeterFactory factory)
    {
        Meter meter = factory.Create("GoTor.MetricsGateway");
        _open = meter.CreateUpDownCounter<int>("gotor.gateway.dashboard.pages", "{page}", "Open live pages.");
        _dropped = meter.CreateCounter<long>("gotor.gateway.dashboard.dropped", "{page}", "Live pages that read too slowly and were dropped.");
        _refused = meter.CreateCounter<long>("gotor.gateway.dashboard.refused", "{page}", "Live pages that were refused because too many were open.");
    }

    public void Opened() => _open.Add(1);

    public void Closed() => _open.Add(-1);

    public void Dropped() => _dropped.Add(1);

    public void Refused() => _refused.Add(1);
}
