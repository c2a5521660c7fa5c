using System.Collections.Immutable;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// What /metrics says: go-tor's 19 series first, then what the nodes reported and the gateway knows about them, family by family in the
/// order of their names, then what is no node's. Stale nodes have only <c>gotor_node_up</c> and when they last reported.
/// </summary>
internal static class ExpositionText
{
    /// <summary>Writes the whole text.</summary>
    /// <param name="nodes">All nodes, sorted by id.</param>
    /// <param name="extra">Families that are no node's, sorted by name.</param>
    /// <param name="writer">Where to.</param>
    public static void Write(ImmutableArray<NodeState> nodes, IEnumerable<MetricFamily> extra, ExpositionWriter writer)
    {
        NodeSnapshot[] shown = [.. nodes.Where(node => node.Presence != NodePresence.Stale).Select(node => node.Latest)];
        foreach (ContractSeries series in ContractSeries.All)
        {
            writer.Family(series.Name, series.Kind, "", series.Help);
            foreach (NodeSnapshot node in shown)
            {
                if (series.IsDuration)
                    writer.Milliseconds(series.Name, node.NodeId, series.Value(node.Fields));
                else
                    writer.Sample(series.Name, node.NodeId, series.Value(node.Fields));
            }
        }
        WriteNodes(shown, writer);
        foreach (MetricFamily family in NodeFamilies.Of(nodes))
            Write(family, writer);
        foreach (MetricFamily family in extra)
            Write(family, writer);
        writer.End();
    }

    private static void WriteNodes(NodeSnapshot[] nodes, ExpositionWriter writer)
    {
        var byName = new SortedDictionary<string, List<(string Node, MetricFamily Family)>>(StringComparer.Ordinal);
        var lists = new Dictionary<string, List<(string, MetricFamily)>>(StringComparer.Ordinal);
        foreach (NodeSnapshot node in nodes)
        {
            foreach (MetricFamily family in node.Families)
            {
                if (!lists.TryGetValue(family.PrometheusName, out List<(string, MetricFamily)>? list))
                {
                    lists.Add(family.PrometheusName, list = []);
                    byName.Add(family.PrometheusName, list);
                }
                list.Add((node.NodeId, family));
            }
        }
        foreach (List<(string Node, MetricFamily Family)> family in byName.Values)
        {
            MetricFamily first = family[0].Family;
            writer.Family(first.PrometheusName, first.Type, first.Unit, first.Help);
            foreach ((string node, MetricFamily samples) in family)
            {
                if (samples.Type != first.Type)
                    continue; // Only for a moment, while a name that one node gave up becomes another's.
                foreach (MetricSample sample in samples.Samples)
                    writer.Sample(first.PrometheusName, node, sample);
            }
        }
    }

    private static void Write(MetricFamily family, ExpositionWriter writer)
    {
        writer.Family(family.PrometheusName, family.Type, family.Unit, family.Help);
        foreach (MetricSample sample in family.Samples)
            writer.Sample(family.PrometheusName, null, sample);
    }
}
