namespace GoTor.MetricsGateway.Nodes;

/// <summary>When a node counts as lost, stale or stopped, and which of two processes with one node id is believed.</summary>
internal static class NodeRules
{
    /// <summary>A node is never called lost sooner than this.</summary>
    public static readonly TimeSpan ShortestPatience = TimeSpan.FromSeconds(10);

    /// <summary>A node gone for this long is stale.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(5);

    /// <summary>A node that is gone is still listed for this long.</summary>
    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(24);

    /// <summary>How a node stands, and when that changes unless it reports.</summary>
    /// <param name="latest">Its latest report.</param>
    /// <param name="told">The interval that the gateway asked for.</param>
    /// <param name="now">By the gateway's clock.</param>
    public static (NodePresence Presence, DateTimeOffset Until) PresenceOf(NodeSnapshot latest, TimeSpan told, DateTimeOffset now)
    {
        DateTimeOffset lost = latest.ReceivedAt + Patience(latest.Interval, told);
        DateTimeOffset stale = latest.ReceivedAt + StaleAfter;
        if (latest.Final || now >= stale)
            return (latest.Final ? NodePresence.Stopped : NodePresence.Stale, latest.ReceivedAt + ForgottenAfter);
        return now >= lost ? (NodePresence.Lost, stale) : (NodePresence.Live, lost < stale ? lost : stale);
    }

    /// <summary>Whether a report of another process may take a node's place.</summary>
    /// <remarks>
    /// The later start wins. Clocks may be wrong, so a process that seems older is believed once the other one is silent; two processes that
    /// started "at the same time", as on a machine without a clock, follow in the order of their reports.
    /// </remarks>
    public static bool MayReplace(NodeSnapshot current, NodePresence presence, DateTimeOffset start) =>
        presence != NodePresence.Live || start >= current.StartTime;

    private static TimeSpan Patience(TimeSpan interval, TimeSpan told)
    {
        TimeSpan threeIntervals = 3 * (interval > told ? interval : told);
        return threeIntervals > ShortestPatience ? threeIntervals : ShortestPatience;
    }
}
