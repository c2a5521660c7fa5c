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
    /// <summary>With no node asked for, a lone node is shown, and otherwise all.</summary>
    public DashboardView Of(string? asked)
    {
        ImmutableArray<NodeState> all = nodes.List();
        NodeState? node = asked is null
            ? (all.Length == 1 ? all[0] : null)
            : nodes.Find(asked);
        return new DashboardView(
            asked,
            all,
            node,
            node?.Latest.Fields ?? ContractFieldsReader.Of([.. all.Where(state => state.Presence != NodePresence.Stale).Select(state => state.Latest.Families)]),
            node is null ? history.OfFleet() : history.OfNode(node.Latest.NodeId),
            history.LatestOfNodes(),
            time.GetUtcNow());
    }
}
