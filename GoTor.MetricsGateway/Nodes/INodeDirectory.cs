using System.Collections.Immutable;

namespace GoTor.MetricsGateway.Nodes;

/// <summary>Who reported, and what last. Safe for concurrent use.</summary>
internal interface INodeDirectory
{
    /// <summary>Grows when a report is taken or a node's <see cref="NodePresence"/> changes.</summary>
    long Generation { get; }

    /// <summary>All nodes at this moment, sorted by id.</summary>
    ImmutableArray<NodeState> List();

    /// <summary>One node at this moment, or null when it never reported or was forgotten.</summary>
    NodeState? Find(string nodeId);

    /// <summary>Completes when <see cref="Generation"/> is greater than this.</summary>
    ValueTask WaitForChangeAsync(long generation, CancellationToken cancellation);
}

/// <summary>One node at one moment.</summary>
/// <param name="Latest">Its latest report.</param>
/// <param name="Presence">Whether it still reports.</param>
internal sealed record NodeState(NodeSnapshot Latest, NodePresence Presence);

/// <summary>Whether a node still reports.</summary>
internal enum NodePresence
{
    /// <summary>Its reports come as announced.</summary>
    Live,

    /// <summary>Reports are overdue. Its last values are still shown and summed.</summary>
    Lost,

    /// <summary>It has been gone for five minutes: its values are neither exported nor summed any more.</summary>
    Stale,

    /// <summary>It said that it stops, as it was told to. Its values are neither exported nor summed any more, and nobody needs to look.</summary>
    Stopped,
}

/// <summary>What follows from it.</summary>
internal static class NodePresences
{
    /// <summary>Its values are not shown any more.</summary>
    public static bool IsGone(this NodePresence presence) => presence is NodePresence.Stale or NodePresence.Stopped;
}
