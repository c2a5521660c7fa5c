using GoTor.Protocol.Circuits;

namespace GoTor.Client.Circuits;

/// <summary>Makes circuits. Safe for concurrent use.</summary>
internal interface ICircuitBuilder
{
    /// <summary>Opens a channel to the first hop, or shares one, and extends hop by hop to the last.</summary>
    /// <param name="path">One hop or more. All but the first need an ntor key and an RSA identity.</param>
    /// <param name="hopBuilt">Told 0 when there is a channel, then how many hops stand each time that one more does. Must be quick.</param>
    /// <exception cref="CircuitBuildException">It did not come about; says who is at fault.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; whatever was built is closed.</exception>
    Task<Circuit> BuildAsync(IReadOnlyList<HopTarget> path, Action<int>? hopBuilt, CancellationToken cancellationToken);

    /// <inheritdoc cref="BuildAsync(IReadOnlyList{HopTarget}, Action{int}?, CancellationToken)"/>
    /// <param name="record">What observers see of the circuit.</param>
    Task<Circuit> BuildAsync(IReadOnlyList<HopTarget> path, CircuitRecord record, Action<int>? hopBuilt, CancellationToken cancellationToken) =>
        BuildAsync(path, hopBuilt, cancellationToken);

    /// <inheritdoc cref="BuildAsync(IReadOnlyList{HopTarget}, Action{int}?, CancellationToken)"/>
    Task<Circuit> BuildAsync(IReadOnlyList<HopTarget> path, CancellationToken cancellationToken) => BuildAsync(path, null, cancellationToken);
}
