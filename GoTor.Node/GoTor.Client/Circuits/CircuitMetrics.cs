using System.Diagnostics.Metrics;

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
        _started = meter.CreateCounter<long>("gotor.circuit.builds", "{circuit}", "Circuit builds started.");
        _built = meter.CreateCounter<long>("gotor.circuit.builds.succeeded", "{circuit}", "Circuits that reached their last hop.");
        _failed = meter.CreateCounter<long>("gotor.circuit.builds.failed", "{circuit}", "Circuit builds that failed, by cause.");
        _ended = meter.CreateCounter<long>("gotor.circuit.ended", "{circuit}", "Built circuits that ended, by cause.");
        _digestFailures = meter.CreateCounter<long>(
            "gotor.circuit.digest_failures", "{cell}", "Cells that no hop recognised: damaged, out of order or replayed.");
        _buildDuration = meter.CreateHistogram<double>("gotor.circuit.build.duration", "s", "Time from the start of a build to its last hop.");
        _active = meter.CreateUpDownCounter<long>("gotor.circuit.active", "{circuit}", "Circuits that are open.");
    }

    public void BuildStarted() => _started.Add(1);

    public void Built(TimeSpan took)
    {
        _built.Add(1);
        _buildDuration.Record(took.TotalSeconds);
        _active.Add(1);
    }

    public void BuildFailed(CircuitEndKind cause) => _failed.Add(1, Tag(cause));

    /// <summary>A circuit that had been built is gone.</summary>
    public void Ended(CircuitEndKind cause)
    {
        _active.Add(-1);
        _ended.Add(1, Tag(cause));
    }

    public void DigestFailed() => _digestFailures.Add(1);

    private static KeyValuePair<string, object?> Tag(CircuitEndKind cause) => new("cause", cause.ToString());
}
