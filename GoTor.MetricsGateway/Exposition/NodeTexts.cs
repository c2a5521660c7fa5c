using System.Collections.Immutable;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>
/// The nodes' lines, kept from one text to the next: after one node's report only that node's lines are written again. Safe for concurrent
/// use.
/// </summary>
internal sealed class NodeTexts
{
    // What does not fit is written each time: a fleet of that size needs the memory more than the time.
    private const long MostKept = 64L << 20;

    private readonly Lock _lock = new();
    private NodeText[] _known = [];

    /// <summary>The lines of these nodes, in the same order.</summary>
    /// <param name="nodes">Sorted by id.</param>
    public NodeText[] Of(ImmutableArray<NodeState> nodes)
    {
        lock (_lock)
        {
            var texts = new NodeText[nodes.Length];
            using var scratch = new PooledText();
            var writer = new ExpositionWriter(scratch, ExpositionFormat.Prometheus);
            long bytes = 0;
            int at = 0, kept = 0;
            for (int i = 0; i < texts.Length; i++)
            {
                while (at < _known.Length && string.CompareOrdinal(_known[at].State.Latest.NodeId, nodes[i].Latest.NodeId) < 0)
                    at++;
                // A state is never changed, only replaced: the same one has the same lines.
                texts[i] = at < _known.Length && ReferenceEquals(_known[at].State, nodes[i]) ? _known[at] : NodeText.Write(nodes[i], writer, scratch);
                bytes += texts[i].Length;
                if (bytes <= MostKept)
                    kept = i + 1;
            }
            _known = kept == texts.Length ? texts : texts[..kept];
            return texts;
        }
    }
}
