using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>All that /metrics shows, as it is now. Safe for concurrent use.</summary>
internal sealed class ExpositionSource(INodeDirectory nodes, IEnumerable<IExtraFamilies> extras)
{
    private readonly IExtraFamilies[] _extras = [.. extras];
    private readonly NodeTexts _texts = new();

    /// <summary>Grows when the text would be another one.</summary>
    public long Generation
    {
        get
        {
            long generation = nodes.Generation;
            foreach (IExtraFamilies extra in _extras)
                generation += extra.Generation;
            return generation;
        }
    }

    /// <summary>Writes the text. Whoever gets it disposes it.</summary>
    public PooledText Write(ExpositionFormat format)
    {
        var text = new PooledText();
        try
        {
            ImmutableArray<NodeState> list = nodes.List();
            ExpositionText.Write(list, _texts.Of(list), _extras.SelectMany(extra => extra.List()), new ExpositionWriter(text, format));
            return text;
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }
}
