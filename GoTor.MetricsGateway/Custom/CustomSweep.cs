using GoTor.MetricsGateway.Hosting;

namespace GoTor.MetricsGateway.Custom;

/// <summary>Forgets unused custom metrics in time.</summary>
internal sealed class CustomSweep(CustomRegistry registry, TimeProvider time, ILogger<CustomSweep> logger)
    : PeriodicWork(TimeSpan.FromSeconds(10), time, logger)
{
    protected override void Work() => registry.Sweep();
}
