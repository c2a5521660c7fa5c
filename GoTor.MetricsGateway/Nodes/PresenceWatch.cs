using GoTor.MetricsGateway.Hosting;

namespace GoTor.MetricsGateway.Nodes;

/// <summary>Notices each second that nodes fell silent, also when nobody asks for the list.</summary>
internal sealed class PresenceWatch(NodeRegistry registry, TimeProvider time, ILogger<PresenceWatch> logger)
    : PeriodicWork(TimeSpan.FromSeconds(1), time, logger)
{
    protected override void Work() => registry.Sweep();
}
