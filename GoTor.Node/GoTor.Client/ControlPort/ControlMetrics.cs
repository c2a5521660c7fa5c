using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;

namespace GoTor.Client.ControlPort;

/// <summary>Counts what happens at the control ports. Safe for concurrent use.</summary>
internal sealed class ControlMetrics
{
    private readonly Counter<long> _connections;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _failures;

    public ControlMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("GoTor");
        _connections = meter.CreateCounter<long>("gotor.control.connections", "{connection}", "Controllers that connected to a control port.").FromZero();
        _active = meter.CreateUpDownCounter<long>("gotor.control.connections.active", "{connection}", "Controllers connected to a control port.").FromZero();
        _failures = meter.CreateCounter<long>("gotor.control.authentication.failures", "{failure}", "Controllers that failed to authenticate.").FromZero();
    }

    public void Accepted()
    {
        _connections.Add(1);
        _active.Add(1);
    }

    public void Closed() => _active.Add(-1);

    public void AuthenticationFailed() => _failures.Add(1);
}
