using System.Collections.Immutable;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>One thing that the gateway itself says about each node: a gauge with the label "node".</summary>
/// <param name="Name">As Prometheus sees it.</param>
/// <param name="Unit">After UCUM.</param>
/// <param name="Help">One sentence for people.</param>
/// <param name="OfGone">Whether it is also said of nodes that are gone.</param>
/// <param name="Samples">A node's, without the label "node".</param>
internal sealed record NodeFamily(string Name, string Unit, string Help, bool OfGone, Func<NodeState, ImmutableArray<MetricSample>> Samples);

/// <summary>What the gateway itself says about nodes.</summary>
internal static class NodeFamilies
{
    private static readonly (NodePresence Presence, ImmutableArray<KeyValuePair<string, string>> Labels)[] States =
    [
        (NodePresence.Live, [KeyValuePair.Create("state", "live")]),
        (NodePresence.Lost, [KeyValuePair.Create("state", "lost")]),
        (NodePresence.Stale, [KeyValuePair.Create("state", "stale")]),
        (NodePresence.Stopped, [KeyValuePair.Create("state", "stopped")]),
    ];

    /// <summary>All that is said about each node, sorted by name.</summary>
    public static readonly ImmutableArray<NodeFamily> All =
    [
        new("gotor_node_component_health", "", "How each part of a node is: 0 unhealthy, 1 degraded, 2 healthy.", OfGone: false, node =>
            [.. node.Latest.Health.Select(part => new MetricSample([KeyValuePair.Create("component", part.Name)], (int)part.Status))]),
        new("gotor_node_health", "", "How a node is, as its worst part: 0 unhealthy, 1 degraded, 2 healthy.", OfGone: false, node =>
            One((int)NodeHealth.LevelOf(node))),
        new("gotor_node_info", "", "A node's version and the network that it is on.", OfGone: false, node =>
            [new([KeyValuePair.Create("network", node.Latest.Network), KeyValuePair.Create("version", node.Latest.Version)], 1)]),
        new("gotor_node_last_report_timestamp_seconds", "s", "When a node last reported, by the gateway's clock.", OfGone: true, node =>
            One(node.Latest.ReceivedAt.ToUnixTimeMilliseconds() / 1000.0)),
        new("gotor_node_start_time_seconds", "s", "When a node's process started, by the node's clock.", OfGone: false, node =>
            One(node.Latest.StartTime.ToUnixTimeMilliseconds() / 1000.0)),
        new("gotor_node_stopped", "", "1 when a node said that it stops and has not come back, 0 otherwise.", OfGone: true, node =>
            One(node.Presence == NodePresence.Stopped ? 1 : 0)),
        new("gotor_node_up", "", "1 while a node's reports come as announced, 0 when it is lost, gone or stopped.", OfGone: true, node =>
            One(node.Presence == NodePresence.Live ? 1 : 0)),
    ];

    /// <summary>How many nodes there are. Its name sorts before those of <see cref="All"/>.</summary>
    public static MetricFamily Count(ImmutableArray<NodeState> nodes) => new(
        "gotor_gateway_nodes", "gotor_gateway_nodes", MetricKind.Gauge, "", "Nodes that have reported, by whether they still do.",
        [.. States.Select(state => new MetricSample(state.Labels, nodes.Count(node => node.Presence == state.Presence)))]);

    private static ImmutableArray<MetricSample> One(double value) => [new([], value)];
}
