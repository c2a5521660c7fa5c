using System.Collections.Immutable;
using GoTor.MetricsGateway.Hosting;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.History;

/// <summary>
/// Keeps the past of every node and of all together, for the charts; what is older than 15 minutes is Prometheus' business. Safe for
/// concurrent use.
/// </summary>
internal sealed class HistoryRecorder(INodeDirectory nodes, TimeProvider time, ILogger<HistoryRecorder> logger)
    : PeriodicWork(HistoryRing.Step, time, logger)
{
    /// <summary>Nodes whose past is kept, about 20 KB each. Of later ones there are only the latest values.</summary>
    public const int MaxNodes = 1024;

    private readonly TimeProvider _time = time;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeHistory> _histories = new(StringComparer.Ordinal);
    private readonly HistoryRing _fleet = new();

    /// <summary>Oldest first; empty for a node that is not known.</summary>
    public ImmutableArray<HistoryPoint> OfNode(string nodeId)
    {
        lock (_gate)
        {
            return _histories.TryGetValue(nodeId, out NodeHistory? history) ? history.Points : [];
        }
    }

    /// <summary>The sums over all nodes that reported at each step, oldest first.</summary>
    public ImmutableArray<HistoryPoint> OfFleet()
    {
        lock (_gate)
        {
            return _fleet.ToImmutable();
        }
    }

    /// <summary>The latest step of each node.</summary>
    public IReadOnlyDictionary<string, HistoryPoint> LatestOfNodes()
    {
        lock (_gate)
        {
            return _histories.ToDictionary(pair => pair.Key, pair => pair.Value.Latest, StringComparer.Ordinal);
        }
    }

    /// <summary>Takes one step.</summary>
    public void Take()
    {
        DateTimeOffset now = _time.GetUtcNow();
        ImmutableArray<NodeState> present = nodes.List();
        lock (_gate)
        {
            Forget(present);
            HistoryPoint sum = HistoryPoint.Gap(now);
            List<HistogramValue> minutes = [];
            foreach (NodeState node in present)
            {
                if (!_histories.TryGetValue(node.Latest.NodeId, out NodeHistory? history))
                {
                    if (_histories.Count == MaxNodes)
                    {
                        continue;
                    }

                    _histories.Add(node.Latest.NodeId, history = new NodeHistory());
                }

                sum = sum.Plus(history.Take(node, now));
                if (history.MinuteBuildTimes is { } minute)
                    minutes.Add(minute);
            }

            HistogramValue? builds = HistogramMath.Merge(minutes);
            _fleet.Add(sum with { BuildAverage = builds.AverageOrNaN(), BuildP95 = builds.P95OrNaN() });
        }
    }

    protected override void Work() => Take();

    private void Forget(ImmutableArray<NodeState> present)
    {
        if (_histories.Count == 0)
        {
            return;
        }

        HashSet<string> names = [.. present.Select(node => node.Latest.NodeId)];
        foreach (string gone in _histories.Keys.Where(name => !names.Contains(name)).ToArray())
        {
            _histories.Remove(gone);
        }
    }
}
