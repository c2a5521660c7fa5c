using GoTor.Client.Guards;
using GoTor.Client.Streams;
using GoTor.Protocol.Network;

namespace GoTor.Client.Circuits;

internal enum ManagedCircuitState
{
    /// <summary>Being built.</summary>
    Building,

    /// <summary>It stands, but may be used only if a better guard turns out to be down.</summary>
    WaitingForGuard,

    /// <summary>Takes streams.</summary>
    Open,

    /// <summary>Timed out, but goes on for a while: its build time is still worth knowing. Takes no streams.</summary>
    Measuring,

    /// <summary>Keeps the streams it has and takes no new ones.</summary>
    Retired,

    Closed,
}

/// <summary>What the manager knows of one circuit. All fields are read and written under the manager's lock.</summary>
internal sealed class ManagedCircuit(CircuitNeeds needs, Relay exit, GuardChoice? guard, DateTimeOffset created)
{
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null where a controller chose the path.</summary>
    public GuardChoice? Guard { get; } = guard;

    /// <summary>The last hop.</summary>
    public Relay Exit { get; set; } = exit;

    /// <summary>What observers see of it.</summary>
    public required CircuitRecord Record { get; init; }

    /// <summary>It belongs to a controller: only streams that the controller attaches use it.</summary>
    public bool IsReserved { get; set; }

    /// <summary>A controller put streams of different keys on it: it is nobody's any more, and our own choice never falls on it.</summary>
    public bool IsMixed { get; private set; }

    /// <summary>A controller adds hops to it: until they stand nobody knows where a stream would leave.</summary>
    public bool IsLengthening { get; set; }

    /// <summary>All its relays were chosen for staying up.</summary>
    public bool Stable { get; } = needs.Stable;

    public DateTimeOffset Created { get; } = created;

    public ManagedCircuitState State { get; set; }

    /// <summary>Its guard does not answer: it is not waited for, and used if it comes all the same.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Null until it is claimed: then only streams of equal keys may use it.</summary>
    public IsolationKey? Isolation
    {
        get => Record.Isolation;
        set => Record.Isolation = value;
    }

    public DateTimeOffset? FirstUsed { get; set; }

    public DateTimeOffset LastUsed { get; set; }

    /// <summary>Its exit was heard about a stream.</summary>
    public bool HasWorked { get; set; }

    /// <summary>Streams being opened or open.</summary>
    public int Streams { get; set; }

    public Circuit? Circuit { get; set; }

    /// <summary>True when it takes streams now, false when it never will. Never faults.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>It stands.</summary>
    /// <returns>False when nobody wants it any more.</returns>
    public bool TryAdopt(Circuit circuit)
    {
        if (State is not (ManagedCircuitState.Building or ManagedCircuitState.WaitingForGuard))
            return false;
        Circuit = circuit;
        State = ManagedCircuitState.Open;
        IsSlow = false;
        return true;
    }

    /// <summary>A stream of this key goes there.</summary>
    public void Use(IsolationKey isolation, DateTimeOffset now)
    {
        Isolation ??= isolation;
        IsMixed |= Isolation != isolation;
        FirstUsed ??= now;
        LastUsed = now;
        Streams++;
    }

    /// <summary>Takes no new streams from now on, and keeps those that it has.</summary>
    public void Retire()
    {
        if (State == ManagedCircuitState.Open)
            State = ManagedCircuitState.Retired;
    }

    public void Settle(bool ready) => _ready.TrySetResult(ready);

    /// <summary>It can carry a stream of these needs, as far as its exit's policy summary says.</summary>
    public bool Serves(CircuitNeeds wanted) => wanted.AllowedBy(Exit, Stable);

    /// <summary>Nobody has used or claimed it.</summary>
    public bool IsClean => FirstUsed is null && Isolation is null && !IsReserved;

    /// <summary>No new streams from here on: first used (or, with KeepAlive, last used) too long ago.</summary>
    public bool IsTooDirty(DateTimeOffset now, TimeSpan maxDirtiness) =>
        FirstUsed is { } first && now - (Isolation is { KeepAlive: true, SocksUsername: not null } ? Streams > 0 ? now : LastUsed : first) >= maxDirtiness;
}
