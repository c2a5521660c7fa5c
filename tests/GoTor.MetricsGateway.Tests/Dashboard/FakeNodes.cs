using System.Collections.Immutable;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Tests.Dashboard;

/// <summary>A directory of nodes that says what a test told it.</summary>
internal sealed class FakeNodes : INodeDirectory
{
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, NodeState> _nodes = ImmutableSortedDictionary.Create<string, NodeState>(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Generation { get; private set; }

    public ImmutableArray<NodeState> List()
    {
        lock (_gate)
        {
            return [.. _nodes.Values];
        }
    }

    public NodeState? Find(string nodeId)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault(nodeId);
        }
    }

    public async ValueTask WaitForChangeAsync(long generation, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (Generation > generation)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public void Set(params ReadOnlySpan<NodeState> nodes)
    {
        lock (_gate)
        {
            foreach (NodeState node in nodes)
            {
                _nodes = _nodes.SetItem(node.Latest.NodeId, node);
            }

            Generation++;
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
