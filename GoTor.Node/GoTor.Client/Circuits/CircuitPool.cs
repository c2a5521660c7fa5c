using GoTor.Client.Streams;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>
/// The circuits for user traffic, under way and standing, and which of them may carry what. Not safe for concurrent use: its manager asks
/// under its lock.
/// </summary>
internal sealed class CircuitPool
{
    private readonly List<ManagedCircuit> _circuits = [];

    /// <summary>Circuits whose building is waited for, along paths of our own.</summary>
    public int Building => _circuits.Count(circuit => circuit is { State: ManagedCircuitState.Building, Guard: not null });

    /// <summary>The same along paths that controllers chose.</summary>
    public int BuildingForControllers => _circuits.Count(circuit => circuit is { State: ManagedCircuitState.Building, Guard: null });

    /// <summary>Circuits that may take streams once they stand.</summary>
    public int Pending => _circuits.Count(circuit => circuit.State is ManagedCircuitState.Building or ManagedCircuitState.WaitingForGuard);

    /// <summary>Every circuit that has been adopted and not dropped.</summary>
    public IEnumerable<Circuit> Standing => _circuits.Select(circuit => circuit.Circuit).OfType<Circuit>();

    /// <summary>Since when each circuit that is open was planned.</summary>
    public IEnumerable<DateTimeOffset> OpenSince => _circuits.Where(circuit => circuit.Circuit is { IsOpen: true }).Select(circuit => circuit.Created);

    /// <summary>Circuits that belong to nobody, standing or soon. Those that belong to someone serve nobody else.</summary>
    public IEnumerable<AvailableCircuit> Clean =>
        _circuits.Where(circuit => circuit is { State: ManagedCircuitState.Building or ManagedCircuitState.Open, IsClean: true, IsSlow: false, IsLengthening: false })
            .Select(circuit => new AvailableCircuit(circuit.Exit, circuit.Stable, IsClean: true));

    /// <summary>Circuits that belong to someone, and how many owners there are.</summary>
    public (int Circuits, int Keys) Isolated
    {
        get
        {
            List<IsolationKey> keys = [.. _circuits.Select(circuit => circuit.Isolation).OfType<IsolationKey>()];
            return (keys.Count, keys.Distinct().Count());
        }
    }

    public void Add(ManagedCircuit circuit) => _circuits.Add(circuit);

    /// <summary>It failed, is over, or nobody wants it.</summary>
    public void Drop(ManagedCircuit circuit)
    {
        circuit.State = ManagedCircuitState.Closed;
        _circuits.Remove(circuit);
    }

    public ManagedCircuit? FindOpen(
        CircuitNeeds needs, IsolationKey isolation, IReadOnlySet<RsaIdentity> avoidExits, DateTimeOffset now, TimeSpan maxDirtiness)
    {
        ManagedCircuit? best = null;
        foreach (ManagedCircuit circuit in _circuits)
        {
            if (circuit is not { State: ManagedCircuitState.Open, Circuit.IsOpen: true } || !Fits(circuit, needs, isolation, avoidExits)
                || circuit.IsTooDirty(now, maxDirtiness))
                continue;
            // One that is in use already tells the network nothing new; among those, the one used most recently lasts longest.
            if (best is null || IsBetter(circuit, best))
                best = circuit;
        }

        return best;
    }

    /// <summary>One under way, claimed for the isolation key: the next key builds its own.</summary>
    public ManagedCircuit? ClaimBuilding(CircuitNeeds needs, IsolationKey isolation, IReadOnlySet<RsaIdentity> avoidExits)
    {
        foreach (ManagedCircuit circuit in _circuits)
        {
            if (circuit is { State: ManagedCircuitState.Building, IsSlow: false } && Fits(circuit, needs, isolation, avoidExits))
            {
                circuit.Isolation ??= isolation;
                return circuit;
            }
        }

        return null;
    }

    /// <summary>No circuit that stands or is under way now takes another stream.</summary>
    public void RetireAll()
    {
        foreach (ManagedCircuit circuit in _circuits)
            TakeOutOfUse(circuit);
    }

    /// <summary>The same for those that somebody has used or claimed.</summary>
    public void RetireUsed()
    {
        foreach (ManagedCircuit circuit in _circuits)
        {
            if (!circuit.IsClean)
                TakeOutOfUse(circuit);
        }
    }

    public ManagedCircuit? Find(long number) => _circuits.Find(circuit => circuit.Record.Number == number);

    /// <summary>Retires circuits that were used, or not used, for too long.</summary>
    /// <param name="memory">For how long one is kept that nobody uses.</param>
    /// <returns>How many there were.</returns>
    public int RetireOld(DateTimeOffset now, TimeSpan maxDirtiness, TimeSpan memory)
    {
        int retired = 0;
        foreach (ManagedCircuit circuit in _circuits)
        {
            if (circuit.State != ManagedCircuitState.Open
                || !(circuit.IsTooDirty(now, maxDirtiness) || (circuit.FirstUsed is null && !circuit.IsReserved && now - circuit.Created > memory)))
                continue;
            circuit.Retire();
            retired++;
        }

        return retired;
    }

    /// <summary>Retired circuits whose last stream is over.</summary>
    public List<Circuit> Finished() =>
        [.. _circuits.Where(circuit => circuit is { State: ManagedCircuitState.Retired, IsLengthening: false, Streams: 0, Circuit.OpenStreams: 0 }).Select(circuit => circuit.Circuit!)];

    private static void TakeOutOfUse(ManagedCircuit circuit)
    {
        // A controller's own circuits are its own affair.
        if (circuit.IsReserved)
            return;
        if (circuit.State is ManagedCircuitState.Building or ManagedCircuitState.WaitingForGuard)
        {
            circuit.State = ManagedCircuitState.Measuring;
            circuit.Settle(ready: false);
        }

        circuit.Retire();
    }

    private static bool IsBetter(ManagedCircuit circuit, ManagedCircuit than) =>
        (circuit.FirstUsed ?? DateTimeOffset.MinValue) > (than.FirstUsed ?? DateTimeOffset.MinValue)
        || (circuit.FirstUsed is null && than.FirstUsed is null && circuit.Created > than.Created);

    private static bool Fits(ManagedCircuit circuit, CircuitNeeds needs, IsolationKey isolation, IReadOnlySet<RsaIdentity> avoidExits) =>
        circuit is { IsReserved: false, IsMixed: false, IsLengthening: false }
        && (circuit.Isolation is null || circuit.Isolation == isolation)
        && circuit.Serves(needs)
        && !avoidExits.Contains(circuit.Exit.RsaIdentity);
}
