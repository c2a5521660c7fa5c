using System.Collections.Immutable;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Health;

/// <summary>How a node is, as its report says.</summary>
internal static class NodeHealth
{
    /// <summary>Clocks further apart than this are worth a word.</summary>
    public static readonly TimeSpan ToleratedSkew = TimeSpan.FromMinutes(10);

    private const string BootstrapName = "bootstrap";
    // The node's own "clock" compares with the Tor network, this one with the gateway.
    private const string ClockName = "clock_skew";

    /// <summary>
    /// The snapshot with all its components: once per report, since every page asks for them. A report without a component "bootstrap" gets
    /// it from its other fields: no node is healthy before it can carry traffic. A clock far from the gateway's is a component of its own.
    /// </summary>
    public static NodeSnapshot Complete(NodeSnapshot node)
    {
        ImmutableArray<NodeComponent> components = node.Health;
        if (!components.Any(component => component.Name == BootstrapName))
            components = Insert(components, Bootstrap(node));
        if (Clock(node) is { } clock && !components.Any(component => component.Name == ClockName))
            components = Insert(components, clock);
        return node with { Health = components };
    }

    /// <summary>The worst component; a node that does not report is unhealthy.</summary>
    public static HealthLevel LevelOf(NodeState node) =>
        node.Presence == NodePresence.Live ? node.Latest.Health.Min(component => component.Status) : HealthLevel.Unhealthy;

    /// <summary>Whether streams can go through the node.</summary>
    public static bool CanCarryTraffic(NodeState node) => node.Latest.Bootstrap.Percent == 100 && LevelOf(node) != HealthLevel.Unhealthy;

    private static NodeComponent Bootstrap(NodeSnapshot node) => node.Bootstrap.Percent == 100
        ? new NodeComponent(BootstrapName, HealthLevel.Healthy, "Connected to the Tor network", BootstrapDetails(node), node.NodeTime)
        : new NodeComponent(
            BootstrapName, HealthLevel.Unhealthy,
            $"The start is at {node.Bootstrap.Percent} %{(node.Bootstrap.Summary.Length > 0 ? $" ({node.Bootstrap.Summary})" : "")}: wait, or read the node's log if it stays there",
            BootstrapDetails(node), node.NodeTime);

    private static ImmutableArray<KeyValuePair<string, string>> BootstrapDetails(NodeSnapshot node) =>
        [KeyValuePair.Create("percent", $"{node.Bootstrap.Percent}"), KeyValuePair.Create("tag", node.Bootstrap.Tag)];

    private static NodeComponent? Clock(NodeSnapshot node)
    {
        TimeSpan skew = node.NodeTime - node.ReceivedAt;
        if (skew.Duration() <= ToleratedSkew)
            return null;
        return new NodeComponent(
            ClockName, HealthLevel.Degraded,
            $"The node's clock is {Durations.InWords(skew.Duration())} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the gateway's: set the one that is wrong",
            [KeyValuePair.Create("skew_seconds", $"{(long)skew.TotalSeconds}")], node.ReceivedAt);
    }

    private static ImmutableArray<NodeComponent> Insert(ImmutableArray<NodeComponent> components, NodeComponent component)
    {
        int at = 0;
        while (at < components.Length && string.CompareOrdinal(components[at].Name, component.Name) < 0)
            at++;
        return components.Insert(at, component);
    }
}
