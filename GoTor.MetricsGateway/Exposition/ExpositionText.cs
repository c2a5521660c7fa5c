using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// What /metrics says: go-tor's 19 series first, then what the nodes reported and the gateway knows about them, family by family in the
/// order of their names, then what is no node's. Nodes that are gone have only what <see cref="NodeFamily.OfGone"/> says.
/// </summary>
internal static class ExpositionText
{
    /// <summary>Writes the whole text.</summary>
    /// <param name="nodes">All nodes, sorted by id.</param>
    /// <param name="texts">Their lines, in the same order.</param>
    /// <param name="extra">Families that are no node's, sorted by name.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(ImmutableArray<NodeState> nodes, NodeText[] texts, IEnumerable<MetricFamily> extra, ExpositionWriter writer)
    {
        NodeText[] shown = Array.FindAll(texts, text => text.IsShown);
        WriteContract(shown, writer);
        WriteReported(shown, writer);
        Write(NodeFamilies.Count(nodes), writer);
        WriteOwn(texts, writer);
        foreach (MetricFamily family in extra)
            Write(family, writer);
        writer.End();
    }

    private static void WriteContract(NodeText[] shown, ExpositionWriter writer)
    {
        for (int i = 0; i < ContractSeries.All.Count; i++)
        {
            ContractSeries series = ContractSeries.All[i];
            writer.Family(series.Name, series.Kind, "", series.Help);
            foreach (NodeText text in shown)
                writer.Lines(text.ContractBlock(i));
        }
    }

    private static void WriteReported(NodeText[] shown, ExpositionWriter writer)
    {
        var byName = new Dictionary<string, List<(NodeText Text, int Family)>>(StringComparer.Ordinal);
        foreach (NodeText text in shown)
        {
            ImmutableArray<MetricFamily> families = text.State.Latest.Families;
            for (int i = 0; i < families.Length; i++)
            {
                if (!byName.TryGetValue(families[i].PrometheusName, out List<(NodeText, int)>? list))
                    byName.Add(families[i].PrometheusName, list = []);
                list.Add((text, i));
            }
        }
        foreach ((string name, List<(NodeText Text, int Family)> blocks) in byName.OrderBy(family => family.Key, StringComparer.Ordinal))
        {
            MetricFamily first = FamilyOf(blocks[0]);
            writer.Family(name, first.Type, first.Unit, first.Help);
            foreach ((NodeText Text, int Family) block in blocks)
            {
                // Another type only for a moment, while a name that one node gave up becomes another's.
                if (FamilyOf(block).Type == first.Type)
                    writer.Lines(block.Text.ReportedBlock(block.Family));
            }
        }

        static MetricFamily FamilyOf((NodeText Text, int Family) block) => block.Text.State.Latest.Families[block.Family];
    }

    private static void WriteOwn(NodeText[] texts, ExpositionWriter writer)
    {
        for (int i = 0; i < NodeFamilies.All.Length; i++)
        {
            NodeFamily family = NodeFamilies.All[i];
            writer.Family(family.Name, MetricKind.Gauge, family.Unit, family.Help);
            foreach (NodeText text in texts)
                writer.Lines(text.OwnBlock(i));
        }
    }

    private static void Write(MetricFamily family, ExpositionWriter writer)
    {
        writer.Family(family.PrometheusName, family.Type, family.Unit, family.Help);
        foreach (MetricSample sample in family.Samples)
            writer.Sample(family.PrometheusName, null, sample);
    }
}
