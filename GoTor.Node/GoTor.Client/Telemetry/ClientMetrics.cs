using System.Diagnostics.Metrics;

namespace GoTor.Client.Telemetry;

/// <summary>What concerns a client as a whole. Safe for concurrent use.</summary>
internal sealed class ClientMetrics
{
    /// <summary>Time counts from here.</summary>
    /// <param name="queuedCells">Cells that wait to be written, on all channels together.</param>
    /// <param name="clockSkew">How far our clock is ahead of a trusted one; null while none has been heard.</param>
    public ClientMetrics(IMeterFactory meters, TimeProvider time, BootstrapStatus bootstrap, Func<int> queuedCells, Func<TimeSpan?> clockSkew)
    {
        long opened = time.GetTimestamp();
        Meter meter = meters.Create("GoTor");
        meter.CreateObservableGauge("gotor.uptime", () => time.GetElapsedTime(opened).TotalSeconds, "s", "Time since the client was opened.");
        meter.CreateObservableGauge("gotor.bootstrap.progress", () => bootstrap.Current.Percent / 100.0, "1", "How far the bootstrap has come; 1 once circuits stand.");
        meter.CreateObservableGauge("gotor.channel.queue", queuedCells, "{cell}", "Cells that wait to be written to relays.");
        meter.CreateObservableGauge("gotor.clock.skew", () => Seconds(clockSkew()), "s", "How far our clock is ahead of a directory authority's or fallback's.");
    }

    private static IEnumerable<Measurement<double>> Seconds(TimeSpan? skew) => skew is { } known ? [new(known.TotalSeconds)] : [];
}
