using System.Collections.Immutable;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Health;

/// <summary>
/// How the nodes are together. What only some of them lack is a degradation as long as another node can carry traffic; what all of them lack
/// is a failure. One node alone is judged by its own components.
/// </summary>
internal sealed class FleetHealth(INodeDirectory nodes, TimeProvider time)
{
    private const string ReporterName = "reporter";
    private const string NodesName = "nodes";
    private const int MostNamed = 5;
    private readonly long _started = time.GetTimestamp();

    /// <summary>All nodes together, those that are gone left out.</summary>
    public HealthReport Check()
    {
        ImmutableArray<NodeState> known = nodes.List();
        NodeState[] shown = [.. known.Where(node => !node.Presence.IsGone())];
        NodeState[] live = [.. shown.Where(node => node.Presence == NodePresence.Live)];
        DateTimeOffset now = time.GetUtcNow();
        List<NodeComponent> components = [.. Together(live.Length > 0 ? live : shown)];
        AddReporter(components, Reporter(known, shown, live, now));
        components.Add(Nodes(known, shown, live, now));
        components.Add(ProcessHealth.Check(now));
        long longest = shown.Length == 0 ? (long)time.GetElapsedTime(_started).TotalSeconds : shown.Max(node => node.Latest.Fields.UptimeSeconds);
        return HealthReport.Of(components, now, FromSeconds(longest));
    }

    /// <summary>One node.</summary>
    public HealthReport Check(NodeState node)
    {
        DateTimeOffset now = time.GetUtcNow();
        NodeState[] one = [node];
        NodeState[] live = node.Presence == NodePresence.Live ? one : [];
        List<NodeComponent> components = [.. node.Latest.Health];
        AddReporter(components, Reporter([node], node.Presence.IsGone() ? [] : one, live, now));
        components.RemoveAll(component => component.Name == NodesName);
        components.Add(Nodes([node], node.Presence.IsGone() ? [] : one, live, now));
        return HealthReport.Of(components, now, FromSeconds(node.Latest.Fields.UptimeSeconds));
    }

    // A node says how its reporting goes from its end; here is the other end.
    private static void AddReporter(List<NodeComponent> components, NodeComponent ours)
    {
        int at = components.FindIndex(component => component.Name == ReporterName);
        if (at < 0)
        {
            components.Add(ours);
            return;
        }
        NodeComponent theirs = components[at];
        bool isOurs = theirs.Status == HealthLevel.Healthy || ours.Status < theirs.Status;
        components[at] = (isOurs ? ours : theirs) with
        {
            Details = [.. ours.Details.Concat(theirs.Details).DistinctBy(detail => detail.Key).OrderBy(detail => detail.Key, StringComparer.Ordinal)],
        };
    }

    private static IEnumerable<NodeComponent> Together(NodeState[] nodes)
    {
        if (nodes.Length == 1)
            return nodes[0].Latest.Health.Where(component => !IsOurs(component.Name));
        return
            from node in nodes
            from component in node.Latest.Health
            where !IsOurs(component.Name)
            group (node.Latest.NodeId, component) by component.Name into same
            select Together(same.Key, [.. same]);
    }

    private static NodeComponent Together(string name, (string Node, NodeComponent Component)[] parts)
    {
        var bad = parts.Where(part => part.Component.Status != HealthLevel.Healthy).OrderBy(part => part.Component.Status).ToArray();
        HealthLevel best = parts.Max(part => part.Component.Status);
        HealthLevel status = bad.Length == 0 ? HealthLevel.Healthy : best == HealthLevel.Unhealthy ? HealthLevel.Unhealthy : HealthLevel.Degraded;
        string message = bad.Length == 0
            ? $"Healthy on {parts.Length} nodes"
            : $"{bad.Length} of {parts.Length} nodes: {string.Join("; ", bad.Take(MostNamed).Select(part => $"{part.Node}: {part.Component.Message}"))}{More(bad.Length)}";
        return new NodeComponent(
            name, status, message,
            [KeyValuePair.Create("nodes", $"{parts.Length}"), KeyValuePair.Create("nodes_not_healthy", $"{bad.Length}")],
            parts.Max(part => part.Component.CheckedAt));
    }

    private static NodeComponent Reporter(ImmutableArray<NodeState> known, NodeState[] shown, NodeState[] live, DateTimeOffset now)
    {
        NodeState[] lost = [.. shown.Except(live)];
        int stale = known.Count(node => node.Presence == NodePresence.Stale);
        int stopped = known.Length - shown.Length - stale;
        (HealthLevel status, string message) = (known.Length, live.Length, lost.Length) switch
        {
            (0, _, _) => (HealthLevel.Unhealthy,
                "No node has reported yet: start one with MetricsGateway set to this gateway's gRPC address and with the gateway's token"),
            (_, 0, 0) when stale == 0 => (HealthLevel.Unhealthy, $"Stopped as {(stopped == 1 ? "it was" : "they were")} told to: {Named([.. known], now)}"),
            (_, 0, 0) => (HealthLevel.Unhealthy, $"No node reports any more; the last one was {Named([.. known.OrderByDescending(node => node.Latest.ReceivedAt)], now)}: start it again"),
            (_, 0, _) => (HealthLevel.Unhealthy, $"Lost {Named(lost, now)}: look whether the node runs and reaches this gateway"),
            (_, _, > 0) => (HealthLevel.Degraded, $"Lost {Named(lost, now)}: look whether the node runs and reaches this gateway"),
            _ => (HealthLevel.Healthy, live.Length == 1 ? "The node reports as announced" : $"All {live.Length} nodes report as announced"),
        };
        return new NodeComponent(
            ReporterName, status, message,
            [
                .. known.Length == 0
                    ? []
                    : new[] { KeyValuePair.Create("last_report_age_seconds", $"{(long)(now - known.Max(node => node.Latest.ReceivedAt)).TotalSeconds}") },
                KeyValuePair.Create("live", $"{live.Length}"), KeyValuePair.Create("lost", $"{lost.Length}"), KeyValuePair.Create("stale", $"{stale}"),
                KeyValuePair.Create("stopped", $"{stopped}"),
            ],
            now);
    }

    private static NodeComponent Nodes(ImmutableArray<NodeState> known, NodeState[] shown, NodeState[] live, DateTimeOffset now)
    {
        int carrying = live.Count(NodeHealth.CanCarryTraffic);
        string networks = string.Join(", ", (shown.Length > 0 ? shown : [.. known]).Select(node => node.Latest.Network).Distinct().Order(StringComparer.Ordinal));
        string on = networks.Length == 0 ? "" : $" on the {networks} network";
        (HealthLevel status, string message) = carrying == 0
            ? (HealthLevel.Unhealthy, $"No node can carry traffic{on}: see the other components")
            : (carrying < shown.Length ? HealthLevel.Degraded : HealthLevel.Healthy,
                shown.Length == 1 ? $"The node can carry traffic{on}" : $"{carrying} of {shown.Length} nodes can carry traffic{on}");
        // Whoever reads that all is well must not take it for safety.
        if (networks.Contains("sandbox", StringComparison.Ordinal))
            message += ". SANDBOX: hides nothing";
        return new NodeComponent(
            NodesName, status, message,
            [
                KeyValuePair.Create("carrying_traffic", $"{carrying}"), .. networks.Length == 0 ? [] : new[] { KeyValuePair.Create("network", networks) },
                KeyValuePair.Create("nodes", $"{shown.Length}"),
            ],
            now);
    }

    private static string Named(NodeState[] nodes, DateTimeOffset now) =>
        string.Join(", ", nodes.Take(MostNamed).Select(node => $"'{node.Latest.NodeId}' ({Durations.InWords(now - node.Latest.ReceivedAt)} ago)")) + More(nodes.Length);

    private static string More(int count) => count > MostNamed ? $" and {count - MostNamed} more" : "";

    private static bool IsOurs(string name) => name is NodesName or ProcessHealth.Name;

    private static TimeSpan FromSeconds(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, long.MaxValue / 1_000_000_000));
}
