namespace GoTor.MetricsGateway.Nodes;

/// <summary>What the registry keeps of one node. Only the registry touches it, under its lock.</summary>
internal sealed class NodeEntry(NodeState state)
{
    private const int MostReplaced = 8;
    private readonly Queue<(string BootId, ulong Sequence)> _replaced = new();
    private double _allowance;
    private DateTimeOffset _allowedAt = DateTimeOffset.MinValue;

    /// <summary>What others see.</summary>
    public NodeState State { get; private set; } = state;

    /// <summary>The interval that the node was last asked for.</summary>
    public TimeSpan Told { get; private set; }

    /// <summary>When <see cref="State"/>'s presence changes unless the node reports.</summary>
    public DateTimeOffset PresenceUntil { get; private set; }

    /// <summary>About how many bytes the node has in an exposition.</summary>
    public long TextBytes { get; private set; }

    /// <summary>
    /// Whether a process was here, had to give way and has to stay away: as long as its successor is not gone, and always with reports that
    /// it sent before.
    /// </summary>
    public bool IsShutOut(string bootId, ulong sequence)
    {
        foreach ((string replaced, ulong last) in _replaced)
        {
            if (replaced == bootId && (!State.Presence.IsGone() || sequence <= last))
                return true;
        }
        return false;
    }

    /// <summary>Whether the node keeps to this many reports per second, twice as many for a moment.</summary>
    public bool MayReport(int perSecond, DateTimeOffset now)
    {
        double seconds = Math.Max(0, (now - _allowedAt).TotalSeconds);
        _allowance = Math.Min(2 * perSecond, _allowance + (seconds * perSecond));
        _allowedAt = now;
        if (_allowance < 1)
            return false;
        _allowance--;
        return true;
    }

    /// <summary>Takes a report's place. The caller has checked that it may.</summary>
    public void Take(NodeSnapshot latest, long textBytes, TimeSpan told, DateTimeOffset now)
    {
        if (State.Latest.BootId != latest.BootId)
        {
            if (_replaced.Count == MostReplaced)
                _replaced.Dequeue();
            _replaced.Enqueue((State.Latest.BootId, State.Latest.Sequence));
        }
        Told = told;
        TextBytes = textBytes;
        (NodePresence presence, PresenceUntil) = NodeRules.PresenceOf(latest, told, now);
        State = new NodeState(latest, presence);
    }

    /// <summary>Brings the presence up to date. True when it changed.</summary>
    public bool LookAgain(DateTimeOffset now)
    {
        (NodePresence presence, PresenceUntil) = NodeRules.PresenceOf(State.Latest, Told, now);
        if (presence == State.Presence)
            return false;
        State = State with { Presence = presence };
        return true;
    }
}
