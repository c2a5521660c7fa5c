using System.Collections.Immutable;
using System.Text;
using GoTor.MetricsGateway.Exposition;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;
using GoTor.MetricsGateway.Tests.Dashboard;

namespace GoTor.MetricsGateway.Tests;

/// <summary>What is kept from one text to the next must not be seen.</summary>
public sealed class NodeTextsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void KeptLines_GiveTheSameTextAsFreshOnes_WhateverHappensToNodes(int seed)
    {
        var chance = new Random(seed);
        var kept = new NodeTexts();
        var nodes = new SortedDictionary<string, NodeState>(StringComparer.Ordinal);
        for (int round = 0; round < 60; round++)
        {
            for (int changes = chance.Next(4); changes > 0; changes--)
            {
                string id = $"node-{chance.Next(12)}";
                if (chance.Next(5) == 0)
                    nodes.Remove(id);
                else if (chance.Next(3) == 0 && nodes.TryGetValue(id, out NodeState? known))
                    nodes[id] = known with { Presence = (NodePresence)chance.Next(4) };
                else
                    nodes[id] = Node(id, chance);
            }
            ImmutableArray<NodeState> list = [.. nodes.Values];
            foreach (ExpositionFormat format in Enum.GetValues<ExpositionFormat>())
            {
                string text = Text(list, kept.Of(list), format);
                Assert.Equal(Text(list, new NodeTexts().Of(list), format), text);
                ExpositionParser.Parse(text, format == ExpositionFormat.OpenMetrics);
            }
        }
    }

    [Fact]
    public void Report_OfOneNode_LeavesTheOthersLines()
    {
        var kept = new NodeTexts();
        var chance = new Random(4);
        NodeState a = Node("a", chance), b = Node("b", chance), c = Node("c", chance);
        NodeText[] before = kept.Of([a, b, c]);
        NodeText[] after = kept.Of([a, Node("b", chance), c]);
        Assert.Same(before[0], after[0]);
        Assert.NotSame(before[1], after[1]);
        Assert.Same(before[2], after[2]);
        Assert.Same(after[2], kept.Of([c])[0]);
    }

    private static NodeState Node(string id, Random chance)
    {
        NodeState node = Samples.Node(id, presence: (NodePresence)chance.Next(4));
        MetricFamily[] families =
        [
            Family("gotor.alpha", "gotor_alpha_total", MetricKind.Counter, chance),
            Family("gotor.beta", "gotor_beta", MetricKind.Gauge, chance),
            Family("gotor.gamma", "gotor_gamma_seconds", MetricKind.Histogram, chance),
        ];
        return node with { Latest = node.Latest with { Families = [.. families.Where(_ => chance.Next(3) > 0)] } };
    }

    private static MetricFamily Family(string name, string prometheusName, MetricKind kind, Random chance) => new(
        name, prometheusName, kind, kind == MetricKind.Histogram ? "s" : "", $"Help of {name}.",
        [
            .. Enumerable.Range(0, chance.Next(3)).Select(i => new MetricSample(
                [KeyValuePair.Create("purpose", $"p{i}")],
                kind == MetricKind.Histogram ? 0 : chance.Next(1000) / 4.0,
                kind == MetricKind.Histogram ? new HistogramValue([0.5, 1], [chance.Next(9), chance.Next(9), 0], 2.5) : null)),
        ]);

    private static string Text(ImmutableArray<NodeState> nodes, NodeText[] texts, ExpositionFormat format)
    {
        using var text = new PooledText();
        ExpositionText.Write(nodes, texts, [], new ExpositionWriter(text, format));
        return Encoding.UTF8.GetString([.. text.Pieces().SelectMany(piece => piece.ToArray())]);
    }
}
