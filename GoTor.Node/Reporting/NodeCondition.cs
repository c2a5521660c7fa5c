using GoTor.MetricsContract;

namespace GoTor.Node.Reporting;

/// <summary>How a node is at one moment, besides its numbers. Not changed once it is made.</summary>
internal sealed record NodeCondition(Bootstrap Bootstrap, IReadOnlyList<HealthComponent> Components)
{
    /// <summary>Before there is anything to look at.</summary>
    public static NodeCondition Starting { get; } = new(new Bootstrap { Tag = "starting", Summary = "Starting" }, []);

    /// <summary>The bootstrap has moved or a component has turned, so that it is worth telling at once.</summary>
    public bool DiffersFrom(NodeCondition other) =>
        Bootstrap.Percent != other.Bootstrap.Percent
        || !Components.Select(Turn).SequenceEqual(other.Components.Select(Turn));

    private static (string Name, HealthStatus Status) Turn(HealthComponent component) => (component.Name, component.Status);
}

/// <summary>Where the reporter learns how the node is. Safe for concurrent use.</summary>
internal interface INodeConditionSource
{
    /// <summary>Something happened that may have changed how the node is. Raised on any thread; handlers are quick and do not throw.</summary>
    event Action? MayHaveChanged;

    NodeCondition Look();
}
