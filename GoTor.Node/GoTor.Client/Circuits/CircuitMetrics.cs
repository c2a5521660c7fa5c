using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;

namespace GoTor.Client.Circuits;

/// <summary>Counts circuits. Safe for concurrent use.</summary>
internal sealed class CircuitMetrics
{
    private readonly Counter<long> _started;
    private readonly Counter<long> _built;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _digestFailures;
    private readonly Histogram<double> _buildDuration;
    private readonly UpDownCounter<long> _active;

    public CircuitMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("GoTor");
        _started = meter.CreateCounter<long>("gotor.circuit.builds", "{circuit}", "Circuit builds started.").FromZeroByPurpose();
        _built = meter.CreateCounter<long>("gotor.circuit.builds.succeeded", "{circuit}", "Circuits that reached their last hop.").FromZeroByPurpose();
        _failed = meter.CreateCounter<long>("gotor.circuit.builds.failed", "{circuit}", "Circuit builds that failed, by cause.");
        _ended = meter.CreateCounter<long>("gotor.circuit.ended", "{circuit}", "Built circuits that ended, by cause.");
        _digestFailures = meter.CreateCounter<long>(
            "gotor.circuit.digest_failures", "{cell}", "Cells that no hop recognised: damaged, out of order or replayed.").FromZero();
        _buildDuration = meter.CreateSeconds("gotor.circuit.build.duration", "Time from the start of a build to its last hop.");
        _active = meter.CreateUpDownCounter<long>("gotor.circuit.active", "{circuit}", "Circuits that are open.").FromZeroByPurpose();
    }

    public void BuildStarted(TrafficPurpose purpose) => _started.Add(1, TrafficPurposeTag.For(purpose));

    public void Built(TrafficPurpose purpose, TimeSpan took)
    {
        KeyValuePair<string, object?> tag = TrafficPurposeTag.For(purpose);
        _built.Add(1, tag);
        _buildDuration.Record(took.TotalSeconds, tag);
        _active.Add(1, tag);
    }

    public void BuildFailed(TrafficPurpose purpose, CircuitEndKind cause) => _failed.Add(1, TrafficPurposeTag.For(purpose), Tag(cause));

    /// <summary>A circuit that had been built is gone.</summary>
    public void Ended(TrafficPurpose purpose, CircuitEndKind cause)
    {
        KeyValuePair<string, object?> tag = TrafficPurposeTag.For(purpose);
        _active.Add(-1, tag);
        _ended.Add(1, tag, Tag(cause));
    }

    public void DigestFailed() => _digestFailures.Add(1);

    private static KeyValuePair<string, object?> Tag(CircuitEndKind cause) => new("cause", cause.ToString());
}
