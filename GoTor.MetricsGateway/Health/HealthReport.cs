using System.Collections.Immutable;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Health;

/// <summary>What /health says.</summary>
/// <param name="Status">The worst component's.</param>
/// <param name="Components">Sorted by name.</param>
/// <param name="Timestamp">When it was put together.</param>
/// <param name="Uptime">The longest uptime of the nodes; without a node, the gateway's.</param>
internal sealed record HealthReport(
    HealthLevel Status, ImmutableArray<NodeComponent> Components, DateTimeOffset Timestamp, TimeSpan Uptime)
{
    public static HealthReport Of(IEnumerable<NodeComponent> components, DateTimeOffset now, TimeSpan uptime)
    {
        ImmutableArray<NodeComponent> sorted = [.. components.OrderBy(component => component.Name, StringComparer.Ordinal)];
        return new HealthReport(sorted.Min(component => component.Status), sorted, now, uptime);
    }
}
