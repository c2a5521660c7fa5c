namespace GoTor.Client;

/// <summary>The steps of a bootstrap, with C tor's percentages. control-spec §5.5.</summary>
internal enum BootstrapPhase
{
    Starting = 0,
    Connecting = 5,
    Connected = 10,
    Handshaking = 14,
    HandshakeDone = 15,
    OneHopCreate = 20,
    RequestingStatus = 25,
    LoadingStatus = 30,
    LoadingKeys = 40,
    RequestingDescriptors = 45,
    LoadingDescriptors = 50,
    EnoughDirectoryInfo = 75,
    ConnectingForCircuits = 80,
    ConnectedForCircuits = 85,
    HandshakingForCircuits = 89,
    HandshakeForCircuitsDone = 90,
    CircuitCreate = 95,
    Done = 100,
}

/// <summary>How far the bootstrap is, and what keeps it.</summary>
/// <param name="Percent">0 to 100; between 50 and 74 it moves within <see cref="BootstrapPhase.LoadingDescriptors"/>.</param>
/// <param name="Warning">The newest problem and its remedy, when there is one. Free of addresses and relay names.</param>
internal sealed record BootstrapSnapshot(BootstrapPhase Phase, int Percent, string? Warning);

/// <summary>Collects the progress that rooms report. It only moves forwards. Safe for concurrent use.</summary>
internal sealed class BootstrapStatus
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BootstrapSnapshot _current = new(BootstrapPhase.Starting, 0, null);

    /// <summary>Raised after each change, on the thread that reported it. Handlers must be quick and not throw.</summary>
    public event Action<BootstrapSnapshot>? Changed;

    public BootstrapSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Completes when the first circuit for user traffic stands.</summary>
    public Task Done => _done.Task;

    public void Report(BootstrapPhase phase) => Report(phase, (int)phase);

    /// <summary>Within <see cref="BootstrapPhase.LoadingDescriptors"/>: <paramref name="fraction"/> of what is needed has arrived.</summary>
    public void ReportDescriptors(double fraction) =>
        Report(BootstrapPhase.LoadingDescriptors, 50 + (int)(24 * Math.Clamp(fraction, 0, 1)));

    public void Warn(string problem)
    {
        BootstrapSnapshot next;
        lock (_lock)
            _current = next = _current with { Warning = problem };
        Changed?.Invoke(next);
    }

    private void Report(BootstrapPhase phase, int percent)
    {
        BootstrapSnapshot next;
        lock (_lock)
        {
            if (percent <= _current.Percent)
                return;
            _current = next = new BootstrapSnapshot(phase, percent, null);
        }

        Changed?.Invoke(next);
        if (phase == BootstrapPhase.Done)
            _done.TrySetResult();
    }
}
