using System.Diagnostics.Metrics;
using GoTor.Client.Telemetry;

namespace GoTor.Client.Guards;

/// <summary>What is known of our guards, without naming any.</summary>
internal sealed class GuardMetrics
{
    private readonly Counter<long> _picked;
    private readonly Counter<long> _succeeded;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _unavailable;
    private GuardCounts _counts = new(0, 0, 0, 0);

    public GuardMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create("GoTor");
        meter.CreateObservableGauge("gotor.guards.active", () => Current.Active, "{guard}", "Primary guards that are not believed to be down");
        meter.CreateObservableGauge("gotor.guards.confirmed", () => Current.Confirmed, "{guard}", "Guards that have been used with success and are kept");
        meter.CreateObservableGauge("gotor.guards.sampled", () => Current.Sampled, "{guard}", "Guards that would ever be used");
        meter.CreateObservableGauge("gotor.guards.usable", () => Current.Usable, "{guard}", "Sampled guards that the options allow and that are not believed to be down");
        _picked = meter.CreateCounter<long>("gotor.guards.picked", "{attempt}", "Times a guard was picked").FromZero();
        _succeeded = meter.CreateCounter<long>("gotor.guards.succeeded", "{attempt}", "Attempts through a guard that succeeded").FromZero();
        _failed = meter.CreateCounter<long>("gotor.guards.failed", "{attempt}", "Attempts that failed through the guard's fault").FromZero();
        _unavailable = meter.CreateCounter<long>("gotor.guards.unavailable", "{attempt}", "Times no guard could be picked").FromZero();
    }

    public GuardCounts Current => Volatile.Read(ref _counts);

    public void Picked() => _picked.Add(1);

    public void Succeeded() => _succeeded.Add(1);

    public void Failed() => _failed.Add(1);

    public void Unavailable() => _unavailable.Add(1);

    public void Counted(GuardCounts counts) => Volatile.Write(ref _counts, counts);
}

/// <param name="Active">Primary guards that are not believed to be down.</param>
/// <param name="Confirmed">Used with success, and kept.</param>
/// <param name="Sampled">Would ever be used.</param>
/// <param name="Usable">Sampled, allowed by the options and not believed to be down.</param>
internal sealed record GuardCounts(int Active, int Confirmed, int Sampled, int Usable);
