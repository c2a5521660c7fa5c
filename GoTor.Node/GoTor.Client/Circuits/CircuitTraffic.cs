namespace GoTor.Client.Circuits;

/// <summary>
/// What one circuit has carried. Plain counters of the circuit's reactor: others may read them at any time, and see a value that was true a moment ago.
/// </summary>
internal sealed class CircuitTraffic
{
    public long CellsRead { get; set; }

    public long CellsWritten { get; set; }

    /// <summary>Bytes within relay messages that arrived and were recognised.</summary>
    public long DeliveredRead { get; set; }

    /// <summary>Bytes within relay messages that were sent.</summary>
    public long DeliveredWritten { get; set; }
}

/// <summary>The same at one moment.</summary>
internal readonly record struct CircuitTotals(long CellsRead, long CellsWritten, long DeliveredRead, long DeliveredWritten);
