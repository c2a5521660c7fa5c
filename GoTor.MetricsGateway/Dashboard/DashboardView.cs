using System.Collections.Immutable;
using GoTor.MetricsGateway.Dashboard.History;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>Everything one rendering of the page shows: a single node, or all of them. Immutable.</summary>
/// <param name="Asked">The node that was asked for by name; null: whatever there is.</param>
/// <param name="Nodes">All nodes, sorted by id.</param>
/// <param name="Node">The node that is shown; null: all of them.</param>
/// <param name="Fields">What the contract's cards show: the node's, or the sum over all that are not stale.</param>
/// <param name="History">The node's, or the sums of all.</param>
/// <param name="LatestSteps">The latest step of each node's history.</param>
/// <param name="Now">By the gateway's clock.</param>
internal sealed record DashboardView(
    string? Asked,
    ImmutableArray<NodeState> Nodes,
    NodeState? Node,
    ContractFields Fields,
    ImmutableArray<HistoryPoint> History,
    IReadOnlyDictionary<string, HistoryPoint> LatestSteps,
    DateTimeOffset Now)
{
    /// <summary>A node was asked for that never reported.</summary>
    public bool IsUnknown => Asked is not null && Node is null;

    /// <summary>What is shown is no longer so.</summary>
    public bool IsPast => Node is { Presence: not NodePresence.Live };
}

/// <summary>Puts views together.</summary>
internal sealed class DashboardViews(INodeDirectory nodes, HistoryRecorder history, TimeProvider time)
{
    /// <summary>One view.</summary>
    public DashboardView Of(string? asked) => Now().Of(asked);

    /// <summary>What all views of one moment share.</summary>
    public DashboardRound Now() => new(nodes.List(), history, time.GetUtcNow());
}

/// <summary>One moment, of which any number of views can be made: what they share is put together once. For one thread.</summary>
internal sealed class DashboardRound(ImmutableArray<NodeState> nodes, HistoryRecorder history, DateTimeOffset now)
{
    private readonly IReadOnlyDictionary<string, HistoryPoint> _latestSteps = history.LatestOfNodes();
    private ContractFields? _together;

    private ContractFields Together => _together ??= ContractFieldsReader.Of(
        [.. nodes.Where(state => !state.Presence.IsGone()).Select(state => state.Latest.Families)]);

    /// <summary>With no node asked for, a lone node is shown, and otherwise all.</summary>
    public DashboardView Of(string? asked)
    {
        NodeState? node = asked is null
            ? (nodes.Length == 1 ? nodes[0] : null)
            : nodes.FirstOrDefault(state => state.Latest.NodeId == asked);
        return new DashboardView(
            asked,
            nodes,
            node,
            node?.Latest.Fields ?? Together,
            node is null ? history.OfFleet() : history.OfNode(node.Latest.NodeId),
            _latestSteps,
            now);
    }
}
