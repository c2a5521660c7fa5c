using System.Collections.Immutable;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>What the gateway itself says about each node, as families whose samples carry the label "node".</summary>
internal static class NodeFamilies
{
    /// <summary>The families, sorted by name.</summary>
    public static IEnumerable<MetricFamily> Of(ImmutableArray<NodeState> nodes)
    {
        NodeState[] shown = [.. nodes.Where(node => node.Presence != NodePresence.Stale)];
        yield return Gauge("gotor_gateway_nodes", "", "Nodes that have reported, by whether they still do.",
            from state in new[] { NodePresence.Live, NodePresence.Lost, NodePresence.Stale }
            select new MetricSample([KeyValuePair.Create("state", Word(state))], nodes.Count(node => node.Presence == state)));
        yield return Gauge("gotor_node_component_health", "", "How each part of a node is: 0 unhealthy, 1 degraded, 2 healthy.",
            from node in shown
            from component in NodeHealth.Components(node.Latest)
            select new MetricSample([KeyValuePair.Create("node", node.Latest.NodeId), KeyValuePair.Create("component", component.Name)], (int)component.Status));
        yield return Gauge("gotor_node_health", "", "How a node is, as its worst part: 0 unhealthy, 1 degraded, 2 healthy.",
            from node in shown select Sample(node, (int)NodeHealth.LevelOf(node)));
        yield return Gauge("gotor_node_info", "", "A node's version and the network that it is on.",
            from node in shown
            select new MetricSample(
                [
                    KeyValuePair.Create("node", node.Latest.NodeId), KeyValuePair.Create("network", node.Latest.Network),
                    KeyValuePair.Create("version", node.Latest.Version),
                ],
                1));
        yield return Gauge("gotor_node_last_report_timestamp_seconds", "s", "When a node last reported, by the gateway's clock.",
            from node in nodes select Sample(node, node.Latest.ReceivedAt.ToUnixTimeMilliseconds() / 1000.0));
        yield return Gauge("gotor_node_start_time_seconds", "s", "When a node's process started, by the node's clock.",
            from node in shown select Sample(node, node.Latest.StartTime.ToUnixTimeMilliseconds() / 1000.0));
        yield return Gauge("gotor_node_up", "", "1 while a node's reports come as announced, 0 when it is lost or gone.",
            from node in nodes select Sample(node, node.Presence == NodePresence.Live ? 1 : 0));
    }

    private static MetricFamily Gauge(string name, string unit, string help, IEnumerable<MetricSample> samples) =>
        new(name, name, MetricKind.Gauge, unit, help, [.. samples]);

    private static MetricSample Sample(NodeState node, double value) => new([KeyValuePair.Create("node", node.Latest.NodeId)], value);

    private static string Word(NodePresence presence) => presence switch
    {
        NodePresence.Live => "live",
        NodePresence.Lost => "lost",
        _ => "stale",
    };
}
