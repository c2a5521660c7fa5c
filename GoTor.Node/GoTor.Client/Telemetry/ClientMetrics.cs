using System.Diagnostics.Metrics;

namespace GoTor.Client.Telemetry;

/// <summary>What concerns a client as a whole. Safe for concurrent use.</summary>
internal sealed class ClientMetrics
{
    /// <summary>Time counts from here.</summary>
    public ClientMetrics(IMeterFactory meters, TimeProvider time)
    {
        long opened = time.GetTimestamp();
        meters.Create("GoTor").CreateObservableGauge(
            "gotor.uptime", () => time.GetElapsedTime(opened).TotalSeconds, "s", "Time since the client was opened.");
    }
}
