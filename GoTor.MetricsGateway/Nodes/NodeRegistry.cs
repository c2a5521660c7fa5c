using System.Collections.Immutable;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Nodes;

/// <summary>Keeps the latest report of each node. Safe for concurrent use; nothing slow happens under its lock.</summary>
internal sealed class NodeRegistry(ReportQuotas quotas, TimeProvider time) : INodeDirectory
{
    private readonly Lock _lock = new();
    private readonly SortedList<string, NodeEntry> _entries = new(StringComparer.Ordinal);
    private ImmutableArray<NodeState> _list = [];
    private bool _listIsOld;
    private DateTimeOffset _nextPresenceChange = DateTimeOffset.MaxValue;
    private TaskCompletionSource _changed = NewSignal();
    private long _generation;
    private long _textBytes;

    /// <inheritdoc/>
    public long Generation
    {
        get
        {
            lock (_lock)
            {
                LookAtPresence();
                return _generation;
            }
        }
    }

    /// <summary>How many nodes are known, those that are gone too.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<NodeState> List()
    {
        lock (_lock)
        {
            LookAtPresence();
            if (_listIsOld)
            {
                _list = [.. _entries.Values.Select(entry => entry.State)];
                _listIsOld = false;
            }
            return _list;
        }
    }

    /// <inheritdoc/>
    public NodeState? Find(string nodeId)
    {
        lock (_lock)
        {
            LookAtPresence();
            return _entries.TryGetValue(nodeId, out NodeEntry? entry) ? entry.State : null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask WaitForChangeAsync(long generation, CancellationToken cancellation)
    {
        Task changed;
        lock (_lock)
        {
            LookAtPresence();
            if (_generation > generation)
                return;
            changed = _changed.Task;
        }
        await changed.WaitAsync(cancellation);
    }

    /// <summary>
    /// Whether a report is worth reading, and the snapshot that it follows: null when it is the first one of its process.
    /// </summary>
    /// <exception cref="ReportRefusedException">A younger process reports under this id, or there are too many nodes.</exception>
    public (bool IsNewer, NodeSnapshot? Previous) Look(string nodeId, string bootId, DateTimeOffset start, ulong sequence)
    {
        lock (_lock)
        {
            LookAtPresence();
            if (_entries.TryGetValue(nodeId, out NodeEntry? entry) && !entry.MayReport(quotas.ReportsPerSecond, time.GetUtcNow()))
                throw new ReportRefusedException(RefusalReason.Rate, $"node '{nodeId}' reports more often than {quotas.ReportsPerSecond} times a second");
            return LookLocked(nodeId, bootId, start, sequence);
        }
    }

    /// <summary>Puts a snapshot in its node's place.</summary>
    /// <param name="snapshot">The checked report.</param>
    /// <param name="previous">What <see cref="Look"/> gave for it.</param>
    /// <param name="textBytes">About how many bytes it has in an exposition.</param>
    /// <param name="told">The interval that the node is asked for.</param>
    /// <returns>False when another report of this node came in between: look again.</returns>
    /// <exception cref="ReportRefusedException">A quota is used up.</exception>
    public bool TryTake(NodeSnapshot snapshot, NodeSnapshot? previous, long textBytes, TimeSpan told)
    {
        lock (_lock)
        {
            (bool isNewer, NodeSnapshot? now) = LookLocked(snapshot.NodeId, snapshot.BootId, snapshot.StartTime, snapshot.Sequence);
            if (!isNewer || !ReferenceEquals(now, previous))
                return false;
            bool known = _entries.TryGetValue(snapshot.NodeId, out NodeEntry? entry);
            long total = _textBytes + textBytes - (entry?.TextBytes ?? 0);
            if (total > quotas.TextBytes && textBytes > (entry?.TextBytes ?? 0))
                throw new ReportRefusedException(RefusalReason.Quota, $"all nodes together would have more than {quotas.TextBytes} bytes of series");
            if (!known)
                _entries.Add(snapshot.NodeId, entry = new NodeEntry(new NodeState(snapshot, NodePresence.Live)));
            entry!.Take(snapshot, textBytes, told, time.GetUtcNow());
            _textBytes = total;
            if (entry.PresenceUntil < _nextPresenceChange)
                _nextPresenceChange = entry.PresenceUntil;
            Changed();
            return true;
        }
    }

    /// <summary>Looks whether nodes became lost, stale or forgotten, and tells those who wait.</summary>
    public void Sweep()
    {
        lock (_lock)
            LookAtPresence();
    }

    private (bool IsNewer, NodeSnapshot? Previous) LookLocked(string nodeId, string bootId, DateTimeOffset start, ulong sequence)
    {
        if (!_entries.TryGetValue(nodeId, out NodeEntry? entry))
        {
            if (_entries.Count >= quotas.Nodes && !ForgetLongestGone())
                throw new ReportRefusedException(RefusalReason.Quota, $"{quotas.Nodes} nodes already report to this gateway, which is its quota");
            return (true, null);
        }
        NodeSnapshot current = entry.State.Latest;
        if (current.BootId == bootId)
            return (sequence > current.Sequence, current);
        if (entry.IsShutOut(bootId, sequence) || !NodeRules.MayReplace(current, entry.State.Presence, start))
        {
            throw new ReportRefusedException(
                RefusalReason.OlderProcess,
                $"a process that started later reports as node '{nodeId}': give each node a name of its own (MetricsNodeName)");
        }
        return (true, null);
    }

    // Only nodes that are gone make room: what still reports is never pushed out.
    private bool ForgetLongestGone()
    {
        NodeEntry? gone = _entries.Values.Where(entry => entry.State.Presence.IsGone()).MinBy(entry => entry.State.Latest.ReceivedAt);
        if (gone is null)
            return false;
        Forget(gone);
        Changed();
        return true;
    }

    private void Forget(NodeEntry entry)
    {
        _entries.Remove(entry.State.Latest.NodeId);
        _textBytes -= entry.TextBytes;
    }

    private void LookAtPresence()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now < _nextPresenceChange)
            return;
        bool changed = false;
        _nextPresenceChange = DateTimeOffset.MaxValue;
        foreach (NodeEntry entry in _entries.Values.ToArray())
        {
            if (now >= entry.PresenceUntil && entry.State.Presence.IsGone())
            {
                Forget(entry);
                changed = true;
                continue;
            }
            changed |= entry.LookAgain(now);
            if (entry.PresenceUntil < _nextPresenceChange)
                _nextPresenceChange = entry.PresenceUntil;
        }
        if (changed)
            Changed();
    }

    private void Changed()
    {
        _generation++;
        _listIsOld = true;
        TaskCompletionSource signal = _changed;
        _changed = NewSignal();
        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
