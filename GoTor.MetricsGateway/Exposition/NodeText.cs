using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// One node's lines, a block for each family: families go together in a text, so a node's lines do not. They are the same in both formats.
/// Immutable.
/// </summary>
internal sealed class NodeText
{
    private readonly byte[] _lines;
    private readonly int[] _ends;

    private NodeText(NodeState state, byte[] lines, int[] ends) => (State, _lines, _ends) = (state, lines, ends);

    /// <summary>What the lines say.</summary>
    public NodeState State { get; }

    /// <summary>The node's values are shown; of one that is gone there is only what <see cref="NodeFamily.OfGone"/> says.</summary>
    public bool IsShown => !State.Presence.IsGone();

    /// <summary>Bytes of all lines.</summary>
    public int Length => _lines.Length;

    /// <summary>Writes a node's lines.</summary>
    /// <param name="state">The node.</param>
    /// <param name="writer">Writes into <paramref name="scratch"/>, which is empty before and after.</param>
    /// <param name="scratch">Spares each node a buffer of its own.</param>
    public static NodeText Write(NodeState state, ExpositionWriter writer, PooledText scratch)
    {
        NodeSnapshot node = state.Latest;
        bool isGone = state.Presence.IsGone();
        int[] ends = new int[NodeFamilies.All.Length + (isGone ? 0 : ContractSeries.All.Count + node.Families.Length)];
        int block = 0;
        foreach (NodeFamily family in NodeFamilies.All)
        {
            if (family.OfGone || !isGone)
            {
                foreach (MetricSample sample in family.Samples(state))
                    writer.Sample(family.Name, node.NodeId, sample);
            }
            ends[block++] = (int)scratch.Length;
        }
        if (!isGone)
        {
            foreach (ContractSeries series in ContractSeries.All)
            {
                if (series.IsDuration)
                    writer.Milliseconds(series.Name, node.NodeId, series.Value(node.Fields));
                else
                    writer.Sample(series.Name, node.NodeId, series.Value(node.Fields));
                ends[block++] = (int)scratch.Length;
            }
            foreach (MetricFamily family in node.Families)
            {
                foreach (MetricSample sample in family.Samples)
                    writer.Sample(family.PrometheusName, node.NodeId, sample);
                ends[block++] = (int)scratch.Length;
            }
        }
        return new NodeText(state, scratch.TakeAll(), ends);
    }

    /// <summary>The lines of <see cref="NodeFamilies.All"/>[family].</summary>
    public ReadOnlySpan<byte> OwnBlock(int family) => Block(family);

    /// <summary>The line of <see cref="ContractSeries.All"/>[series]. Only when <see cref="IsShown"/>.</summary>
    public ReadOnlySpan<byte> ContractBlock(int series) => Block(NodeFamilies.All.Length + series);

    /// <summary>The lines of the node's own family with this index. Only when <see cref="IsShown"/>.</summary>
    public ReadOnlySpan<byte> ReportedBlock(int family) => Block(NodeFamilies.All.Length + ContractSeries.All.Count + family);

    private ReadOnlySpan<byte> Block(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _lines.AsSpan(start, _ends[index] - start);
    }
}
