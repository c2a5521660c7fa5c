using GoTor.Protocol.Network;

namespace GoTor.Client.Circuits;

/// <summary>One stream's hold on a circuit. Dispose when the stream is over, exactly when it is.</summary>
internal sealed class CircuitLease(CircuitManager manager, ManagedCircuit circuit) : IDisposable
{
    private int _released;

    public Circuit Circuit => circuit.Circuit!;

    public Relay Exit => circuit.Exit;

    /// <summary>The exit was heard, whatever it said.</summary>
    public void Worked() => manager.Worked(circuit);

    /// <summary>New streams go elsewhere.</summary>
    public void Retire() => manager.Retire(circuit);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
            manager.Release(circuit);
    }
}
