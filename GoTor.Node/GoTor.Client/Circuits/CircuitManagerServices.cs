using GoTor.Client.Directory;
using GoTor.Client.Guards;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Paths;

namespace GoTor.Client.Circuits;

/// <summary>What the care of circuits works with.</summary>
internal sealed record CircuitManagerServices
{
    public required ICircuitBuilder Builder { get; init; }

    public required IPathPlanner Planner { get; init; }

    public required GuardManager Guards { get; init; }

    public required INetworkSource Network { get; init; }

    public required SharedBuildTimeout BuildTimeout { get; init; }

    /// <summary>Used under the manager's lock only.</summary>
    public required PredictedPorts Predicted { get; init; }

    public required BootstrapStatus Bootstrap { get; init; }

    public required TimeProvider Time { get; init; }

    public required TorRandom Random { get; init; }

    /// <summary>Where observers see our circuits.</summary>
    public CircuitRegistry? Registry { get; init; }
}
