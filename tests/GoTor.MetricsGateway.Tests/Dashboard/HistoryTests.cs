using System.Collections.Immutable;
using GoTor.MetricsGateway.Dashboard;
using GoTor.MetricsGateway.Dashboard.History;
using GoTor.MetricsGateway.Dashboard.Sections;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests.Dashboard;

public sealed class HistoryTests : IDisposable
{
    private static readonly ImmutableArray<double> Bounds = [0.5, 1, 2];

    private readonly FakeNodes _nodes = new();
    private readonly FakeTimeProvider _time = new(Samples.Noon);
    private readonly HistoryRecorder _history;
    private ulong _sequence;

    public HistoryTests() => _history = new HistoryRecorder(_nodes, _time, NullLogger<HistoryRecorder>.Instance);

    public void Dispose() => _history.Dispose();

    [Fact]
    public void Rates_AreWhatTotalsGrewPerSecond()
    {
        Step(received: 1_000);
        Step(received: 6_000);
        Assert.Equal([double.NaN, 1_000], Values(point => point.Received));
    }

    [Fact]
    public void Restart_BreaksTheLine_AndIsNoNegativeRate()
    {
        Step(received: 1_000);
        Step(received: 6_000);
        Step(received: 50, boot: "second");
        Step(received: 100, boot: "second");
        Assert.Equal([double.NaN, 1_000, double.NaN, 10], Values(point => point.Received));
    }

    [Fact]
    public void SilentNode_LeavesAGap()
    {
        Step(received: 0);
        NodeState last = Step(received: 5_000);
        _nodes.Set(last with { Presence = NodePresence.Lost });
        Tick();
        Step(received: 20_000);
        Assert.Equal([double.NaN, 1_000, double.NaN, 1_500], Values(point => point.Received));
        Assert.True(double.IsNaN(_history.OfNode("alice")[2].Circuits));
    }

    [Fact]
    public void NodeThatReportsLessOftenThanWeStep_KeepsItsValue()
    {
        Step(received: 0);
        Step(received: 5_000);
        Tick();
        Assert.Equal([double.NaN, 1_000, 1_000], Values(point => point.Received));
    }

    [Fact]
    public void BuildTimes_AreOfThePastMinuteAlone()
    {
        Step(builds: [100, 0, 0, 0], buildSum: 20);
        Step(builds: [100, 0, 4, 0], buildSum: 26);
        Assert.Equal(1.5, _history.OfNode("alice")[^1].BuildAverage);
        Assert.Equal(1.95, _history.OfNode("alice")[^1].BuildP95, 6);
        for (int i = 0; i < 13; i++)
        {
            Step(builds: [100, 0, 4, 0], buildSum: 26);
        }

        Assert.True(double.IsNaN(_history.OfNode("alice")[^1].BuildAverage));
    }

    [Fact]
    public void Fleet_IsTheSumOfThoseThatReport()
    {
        _nodes.Set(Report("alice", 0), Report("bob", 0));
        Tick();
        NodeState bob = Report("bob", 10_000);
        _nodes.Set(Report("alice", 5_000), bob);
        Tick();
        Assert.Equal(3_000, _history.OfFleet()[^1].Received);
        Assert.Equal(6, _history.OfFleet()[^1].Circuits);
        _nodes.Set(Report("alice", 10_000), bob with { Presence = NodePresence.Lost });
        Tick();
        Assert.Equal(1_000, _history.OfFleet()[^1].Received);
        Assert.Equal(3, _history.OfFleet()[^1].Circuits);
    }

    [Fact]
    public void History_IsBoundedInTimeAndInNodes()
    {
        _nodes.Set([.. Enumerable.Range(0, HistoryRecorder.MaxNodes + 10).Select(i => Report($"node-{i:0000}", 0))]);
        for (int i = 0; i < HistoryRing.Capacity + 20; i++)
        {
            Tick();
        }

        Assert.Equal(HistoryRing.Capacity, _history.OfFleet().Length);
        Assert.Equal(_time.GetUtcNow() - HistoryRing.Step, _history.OfFleet()[^1].At);
        Assert.Equal(HistoryRecorder.MaxNodes, _history.LatestOfNodes().Count);
        Assert.Equal(HistoryRing.Capacity, _history.OfNode("node-0000").Length);
        Assert.Empty(_history.OfNode($"node-{HistoryRecorder.MaxNodes + 1:0000}"));
    }

    [Fact]
    public void Chart_BreaksItsLineAtAGap_AndSaysWhatItShows()
    {
        double[] received = [1, 2, double.NaN, 4, 3];
        ImmutableArray<HistoryPoint> points =
        [
            .. received.Select((value, i) => HistoryPoint.Gap(Samples.Noon.AddSeconds(5 * i)) with { Received = value * 1_000_000 }),
        ];
        var html = new HtmlBuilder();
        new Chart("throughput", "Throughput", Figures.Rate, [new("Received", "c1", point => point.Received)]).Write(html, points);
        string svg = html.ToString();
        Assert.Contains(
            "aria-label=\"Throughput, the past 3 minutes. Received: 3.00 MB/s now, lowest 1.00 MB/s, highest 4.00 MB/s.\"", svg, StringComparison.Ordinal);
        // The top is 4 MB/s: the highest value lies on the upper edge.
        Assert.Contains("d=\"M533.3 89.5h0L533.3 89.5L550 60M583.3 1h0L583.3 1L600 30.5\"", svg, StringComparison.Ordinal);
        Assert.Contains("<li>4 MB/s</li><li>2 MB/s</li><li>0</li>", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Chart_OfUnboundedValues_StaysInItsFrame()
    {
        ImmutableArray<HistoryPoint> points =
        [
            .. ((double[])[0, double.MaxValue, -5, double.PositiveInfinity]).Select((value, i) => HistoryPoint.Gap(Samples.Noon.AddSeconds(i)) with { Memory = value }),
        ];
        var html = new HtmlBuilder();
        new Chart("memory", "Memory", Figures.Bytes, [new("Resident", "c1", point => point.Memory)]).Write(html, points);
        Assert.DoesNotContain("NaN", html.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("∞", html.ToString(), StringComparison.Ordinal);
    }

    private IEnumerable<double> Values(Func<HistoryPoint, double> value) => _history.OfNode("alice").Select(value);

    private NodeState Step(double received = 0, string boot = "first", long[]? builds = null, double buildSum = 0)
    {
        NodeState node = Report("alice", received, boot, builds, buildSum);
        _nodes.Set(node);
        Tick();
        return node;
    }

    private void Tick()
    {
        _history.Take();
        _time.Advance(HistoryRing.Step);
    }

    private NodeState Report(string id, double received, string boot = "first", long[]? builds = null, double buildSum = 0)
    {
        NodeState node = Samples.Node(id);
        return node with
        {
            Latest = node.Latest with
            {
                BootId = boot,
                Sequence = ++_sequence,
                ReceivedAt = _time.GetUtcNow(),
                Families =
                [
                    new("gotor.circuit.build.duration", "gotor_circuit_build_duration_seconds", MetricKind.Histogram, "s", "",
                        [new([new("purpose", "user")], 0, new HistogramValue(Bounds, [.. builds ?? [0, 0, 0, 0]], buildSum))]),
                    new("gotor.stream.data", "gotor_stream_data_bytes_total", MetricKind.Counter, "By", "",
                        [new([new("direction", "received"), new("purpose", "user")], received)]),
                ],
            },
        };
    }
}
