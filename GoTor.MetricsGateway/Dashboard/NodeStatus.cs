using System.Collections.Immutable;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>A node in one word, worst first: the order in which a fleet is listed.</summary>
internal enum NodeStatus
{
    Unhealthy,
    Lost,
    Degraded,
    Starting,
    Healthy,
    Stale,
    Stopped,
}

/// <summary>How that word is chosen and said.</summary>
internal static class NodeStatusRules
{
    /// <summary>What cannot report any more has no health; what has not started yet is not ill.</summary>
    public static NodeStatus Status(this NodeState node) => (node.Presence, node.Latest) switch
    {
        (NodePresence.Stopped, _) => NodeStatus.Stopped,
        (NodePresence.Stale, _) => NodeStatus.Stale,
        (NodePresence.Lost, _) => NodeStatus.Lost,
        (_, { Bootstrap.Percent: < 100 }) => NodeStatus.Starting,
        _ => NodeHealth.LevelOf(node) switch
        {
            HealthLevel.Healthy => NodeStatus.Healthy,
            HealthLevel.Degraded => NodeStatus.Degraded,
            _ => NodeStatus.Unhealthy,
        },
    };

    /// <summary>Whether an operator should look at it.</summary>
    public static bool NeedsAttention(this NodeStatus status) => status is NodeStatus.Unhealthy or NodeStatus.Lost or NodeStatus.Degraded;

    /// <summary>Names the colour and the mark: one of the classes "good", "warn", "bad", "busy", "gone".</summary>
    public static string Tone(this NodeStatus status) => status switch
    {
        NodeStatus.Healthy => "good",
        NodeStatus.Degraded => "warn",
        NodeStatus.Unhealthy or NodeStatus.Lost => "bad",
        NodeStatus.Starting => "busy",
        _ => "gone",
    };

    public static string Tone(this HealthLevel level) => level switch
    {
        HealthLevel.Healthy => "good",
        HealthLevel.Degraded => "warn",
        _ => "bad",
    };

    /// <summary>One sentence: what it means and, where something can be done, what to do.</summary>
    public static string Sentence(this NodeState node, DateTimeOffset now)
    {
        NodeSnapshot latest = node.Latest;
        string silence = Figures.Span(now - latest.ReceivedAt);
        return node.Status() switch
        {
            NodeStatus.Stopped => $"The node said goodbye {silence} ago. Its numbers are in no total any more.",
            NodeStatus.Stale => $"No report for {silence}. Its numbers are in no total any more. Is the process running?",
            NodeStatus.Lost => $"No report for {silence}. Below is what it said last. "
                + "Check that the process runs and reaches the gateway; its traffic does not need the gateway.",
            NodeStatus.Starting => $"{latest.Bootstrap.Summary} ({latest.Bootstrap.Percent} %).",
            NodeStatus.Healthy => "Traffic can flow.",
            NodeStatus.Degraded => $"Traffic can flow, but {Ailing(latest)}. What to do is said below.",
            _ => $"The node cannot carry traffic as it should: {Ailing(latest)}. What to do is said below.",
        };
    }

    private static string Ailing(NodeSnapshot latest)
    {
        ImmutableArray<NodeComponent> parts = latest.Health;
        string[] ailing = [.. parts.Where(component => component.Status != HealthLevel.Healthy).Select(component => component.Name)];
        return ailing.Length switch
        {
            1 => $"{ailing[0]} needs attention",
            <= 3 => $"{string.Join(", ", ailing[..^1])} and {ailing[^1]} need attention",
            _ => $"{ailing.Length} of {parts.Length} parts need attention",
        };
    }
}
