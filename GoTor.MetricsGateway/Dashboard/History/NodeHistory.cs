using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.History;

/// <summary>The past of one node. The recorder owns it.</summary>
internal sealed class NodeHistory
{
    // Reports do not come on the dot.
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(62);

    private readonly HistoryRing _points = new();
    // Readings of the past minute, for what is counted per minute.
    private readonly Queue<NodeReading> _minute = new();
    private NodeReading? _last;

    /// <summary>Circuits built in the past minute, of the latest step.</summary>
    public HistogramValue? MinuteBuildTimes { get; private set; }

    public ImmutableArray<HistoryPoint> Points => _points.ToImmutable();

    /// <summary>There is one as soon as the node is known.</summary>
    public HistoryPoint Latest => _points.Latest.GetValueOrDefault();

    /// <summary>Takes the next step.</summary>
    public HistoryPoint Take(NodeState node, DateTimeOffset now)
    {
        HistoryPoint point = Step(node, now);
        _points.Add(point);
        return point;
    }

    private HistoryPoint Step(NodeState node, DateTimeOffset now)
    {
        NodeReading reading = NodeReading.Of(node.Latest);
        if (node.Presence != NodePresence.Live)
        {
            MinuteBuildTimes = null;
            return HistoryPoint.Gap(now);
        }

        if (_last is { } same && same.BootId == reading.BootId && same.Sequence == reading.Sequence)
        {
            // It reports less often than we step.
            return _points.Latest is { } latest ? latest with { At = now } : HistoryPoint.Gap(now);
        }

        if (_last?.BootId != reading.BootId)
        {
            _minute.Clear();
            _last = null;
        }

        while (_minute.Count > 0 && reading.At - _minute.Peek().At > Minute)
        {
            _minute.Dequeue();
        }

        NodeReading? before = _last;
        _minute.TryPeek(out NodeReading? early);
        _minute.Enqueue(reading);
        _last = reading;
        return Between(before, early, reading, now);
    }

    private HistoryPoint Between(NodeReading? before, NodeReading? early, NodeReading reading, DateTimeOffset now)
    {
        double seconds = before is null ? double.NaN : (reading.At - before.At).TotalSeconds;
        MinuteBuildTimes = early is null ? null : reading.BuildTimes.Since(early.BuildTimes);
        return new HistoryPoint(
            now,
            Received: PerSecond(before?.Received, reading.Received, seconds),
            Sent: PerSecond(before?.Sent, reading.Sent, seconds),
            Circuits: reading.Fields.ActiveCircuits,
            CircuitsBuilt: Grown(early, reading, fields => fields.CircuitBuildSuccess),
            CircuitsFailed: Grown(early, reading, fields => fields.CircuitBuildFailure),
            BuildAverage: MinuteBuildTimes.AverageOrNaN(),
            BuildP95: MinuteBuildTimes.P95OrNaN(),
            Streams: reading.Fields.ActiveStreams,
            StreamsCreated: Grown(early, reading, fields => fields.StreamsCreated),
            StreamsFailed: Grown(early, reading, fields => fields.StreamFailures),
            Processor: PerSecond(before?.ProcessorSeconds, reading.ProcessorSeconds, seconds),
            Memory: reading.Memory);
    }

    private static double PerSecond(double? before, double after, double seconds) =>
        before is { } start && seconds > 0 ? Math.Max(0, (after - start) / seconds) : double.NaN;

    private static double Grown(NodeReading? early, NodeReading late, Func<ContractFields, long> field) =>
        early is null ? double.NaN : Math.Max(0, field(late.Fields) - field(early.Fields));
}
