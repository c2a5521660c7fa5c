using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;

namespace GoTor.Client.Circuits;

/// <summary>Counts how streams and circuits find each other. Safe for concurrent use.</summary>
internal sealed class CircuitManagerMetrics
{
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _timeouts;

    /// <param name="counts">Circuits that belong to an isolation key, and distinct keys, at the moment.</param>
    /// <param name="queues">Circuits being built, and streams that wait for one.</param>
    public CircuitManagerMetrics(
        IMeterFactory meterFactory, Func<(int Circuits, int Keys)> counts, Func<(int Pending, int Waiting)> queues, Func<TimeSpan> buildTimeout)
    {
        Meter meter = meterFactory.Create("GoTor");
        _hits = meter.CreateCounter<long>("gotor.isolation.hits", "{stream}", "Streams that found a circuit of their isolation key").FromZero();
        _misses = meter.CreateCounter<long>("gotor.isolation.misses", "{stream}", "Streams that had to claim or build a circuit for their isolation key").FromZero();
        _retries = meter.CreateCounter<long>("gotor.stream.retries", "{retry}", "Streams that were moved to another circuit before they opened");
        _timeouts = meter.CreateCounter<long>("gotor.circuit.build.timeouts", "{circuit}", "Circuits that took longer than the build timeout").FromZero();
        meter.CreateObservableGauge("gotor.isolation.circuits", () => counts().Circuits, "{circuit}", "Circuits claimed for an isolation key");
        meter.CreateObservableGauge("gotor.isolation.keys", () => counts().Keys, "{key}", "Distinct isolation keys that hold circuits");
        meter.CreateObservableGauge("gotor.circuit.pending", () => queues().Pending, "{circuit}", "Circuits being built for applications");
        meter.CreateObservableGauge("gotor.stream.waiting", () => queues().Waiting, "{stream}", "Streams and lookups that wait for a circuit");
        meter.CreateObservableGauge("gotor.circuit.build.timeout", () => buildTimeout().TotalSeconds, "s", "The build timeout in force");
    }

    public void Attached(bool shared) => (shared ? _hits : _misses).Add(1);

    public void StreamRetried(StreamRetryReason reason) => _retries.Add(1, new KeyValuePair<string, object?>("reason", Tag(reason)));

    public void BuildTimedOut() => _timeouts.Add(1);

    private static string Tag(StreamRetryReason reason) => reason switch
    {
        StreamRetryReason.Timeout => "timeout",
        StreamRetryReason.CircuitEnded => "circuit_ended",
        StreamRetryReason.ExitPolicy => "exit_policy",
        _ => "exit_failed",
    };
}
