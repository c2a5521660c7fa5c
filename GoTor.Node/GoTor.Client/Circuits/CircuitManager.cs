using System.Diagnostics.Metrics;
using GoTor.Client.Directory;
using GoTor.Client.Guards;
using GoTor.Client.Streams;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>
/// Owns the circuits for user traffic: builds them ahead of need, hands them to streams by isolation and exit policy, retires those
/// that were used for too long, and learns how long building takes. path-spec §2. Safe for concurrent use; plain lock, never held
/// across an await.
/// </summary>
internal sealed partial class CircuitManager : IAsyncDisposable
{
    /// <summary>Circuits being built at one time (MaxClientCircuitsPending).</summary>
    private const int MaxPending = 32;

    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LearningInterval = TimeSpan.FromSeconds(10);

    private readonly CircuitManagerServices _services;
    private readonly ILogger _logger;
    private readonly CircuitManagerMetrics _metrics;
    private readonly Lock _lock = new();
    private readonly CircuitPool _pool = new();
    private readonly HashSet<Task> _builds = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly LaunchPacer _pacer;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TorClientOptions _options;
    private DateTimeOffset _lastAsked = DateTimeOffset.MinValue;
    private DateTimeOffset _nextLook = DateTimeOffset.MinValue;
    private bool _launchIsDue = true;
    private Task _upkeep = Task.CompletedTask;
    private int _waiting;
    private volatile bool _isDormant;

    public CircuitManager(TorClientOptions options, CircuitManagerServices services, ILoggerFactory loggerFactory, IMeterFactory meterFactory)
    {
        _options = options;
        _services = services;
        _logger = loggerFactory.CreateLogger("Circuits");
        _metrics = new CircuitManagerMetrics(meterFactory, CountIsolated, CountQueues, () => services.BuildTimeout.Timeout);
        _pacer = new LaunchPacer(services.Time, services.Random);
        services.Network.Changed += Wake;
    }

    public CircuitManagerMetrics Metrics => _metrics;

    /// <summary>No circuits are built ahead of need until somebody needs one (SIGNAL DORMANT).</summary>
    public bool IsDormant
    {
        get => _isDormant;
        set => _isDormant = value;
    }

    public TorClientOptions Options => Volatile.Read(ref _options);

    public void Start() => _upkeep = Task.Run(() => UpkeepLoopAsync(_stopping.Token));

    /// <summary>A request waits for the network to be known. Raised at most once a second, outside of every lock.</summary>
    public event Action? DirectoryWanted;

    /// <summary>Circuits have come, gone or turned. Raised outside of every lock, on any thread; handlers are quick and do not throw.</summary>
    public event Action? Changed;

    /// <summary>The circuits at this moment.</summary>
    public CircuitCounts Counts
    {
        get
        {
            lock (_lock)
            {
                DateTimeOffset now = Now;
                List<TimeSpan> ages = [.. _pool.OpenSince.Select(since => now - since)];
                return new CircuitCounts(
                    ages.Count,
                    _pool.Pending,
                    _waiting,
                    IsWanted: _waiting > 0 || _services.Predicted.Current(now).Count > 0,
                    AverageAge: ages.Count == 0 ? TimeSpan.Zero : TimeSpan.FromTicks((long)ages.Average(age => age.Ticks)),
                    OldestAge: ages.Count == 0 ? TimeSpan.Zero : ages.Max());
            }
        }
    }

    /// <summary>Circuits built under other rules take no new streams.</summary>
    public void Reconfigure(TorClientOptions options)
    {
        bool isForControllers;
        lock (_lock)
        {
            // These two say who decides, and not where circuits may lead.
            isForControllers = options != _options && options == _options with
            {
                LeaveStreamsUnattached = options.LeaveStreamsUnattached,
                DisablePredictedCircuits = options.DisablePredictedCircuits,
            };
            _options = options;
        }

        if (!isForControllers)
            RetireAll();
    }

    /// <summary>For how long a port is expected to be wanted again, and a circuit kept that nobody uses.</summary>
    public void KeepReadyFor(TimeSpan memory)
    {
        lock (_lock)
            _services.Predicted.Memory = memory;
    }

    /// <summary>No circuit that stands or is under way now takes another stream: other guards or options are in force.</summary>
    public void RetireAll()
    {
        lock (_lock)
            _pool.RetireAll();
        Wake();
    }

    /// <summary>Circuits that somebody has used or claimed take no other stream (NEWNYM). Those that nobody knows of stay.</summary>
    public void RetireUsed()
    {
        lock (_lock)
            _pool.RetireUsed();
        Wake();
    }

    /// <summary>
    /// A circuit that may carry the stream, claimed for its isolation key. Waits for one to be built when there is none.
    /// </summary>
    /// <param name="avoidExits">Exits that this stream has already failed at.</param>
    /// <exception cref="TorException">NoPath when the options leave no path; ShuttingDown.</exception>
    public async Task<CircuitLease> AcquireAsync(
        CircuitNeeds needs, IsolationKey isolation, IReadOnlySet<RsaIdentity> avoidExits, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ManagedCircuit? coming;
            Task changed;
            IsDormant = false;
            lock (_lock)
            {
                if (_stopping.IsCancellationRequested)
                    throw new TorException(TorErrorKind.ShuttingDown, "The client is shutting down.");
                NoteWanted(needs);
                if (_pool.FindOpen(needs, isolation, avoidExits, Now, _options.MaxCircuitDirtiness) is { } open)
                    return Lease(open, isolation);
                coming = _pool.ClaimBuilding(needs, isolation, avoidExits);
                if (coming is null && TryLaunch(needs, isolation, avoidExits, out coming) is { } problem)
                    throw new TorException(TorErrorKind.NoPath, $"No circuit can serve this request: {problem}.");
                changed = _changed.Task;
            }

            if (!_services.Network.HasEnoughDirectoryInfo)
                AskForDirectory();
            Interlocked.Increment(ref _waiting);
            try
            {
                if (coming is not null)
                    await Task.WhenAny(coming.Ready, changed).WaitAsync(cancellationToken);
                else
                    await WaitForChangeAsync(changed, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<Circuit> open;
        Task[] builds;
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                return;
            _stopping.Cancel();
            open = [.. _pool.Standing];
            builds = [.. _builds];
        }

        _services.Network.Changed -= Wake;
        Wake();
        await _upkeep;
        // A build task lives as long as its circuit, so the circuits end first.
        foreach (Circuit circuit in open)
            await circuit.DisposeAsync();
        await Task.WhenAll(builds);
        _stopping.Dispose();
    }

    /// <summary>The stream is over, or never came about.</summary>
    internal void Release(ManagedCircuit circuit)
    {
        lock (_lock)
        {
            circuit.Streams--;
            circuit.LastUsed = Now;
        }
    }

    /// <summary>Its exit was heard about a stream.</summary>
    internal void Worked(ManagedCircuit circuit)
    {
        lock (_lock)
        {
            if (circuit.HasWorked)
                return;
            circuit.HasWorked = true;
        }

        if (circuit.Guard is { } guard)
            _services.Guards.ReportUse(guard, worked: true);
    }

    /// <summary>Something about it makes new streams fare badly: it keeps those that it has.</summary>
    internal void Retire(ManagedCircuit circuit)
    {
        lock (_lock)
            circuit.Retire();
    }

    private DateTimeOffset Now => _services.Time.GetUtcNow();

    private void AskForDirectory()
    {
        lock (_lock)
        {
            if (Now - _lastAsked < UpkeepInterval)
                return;
            _lastAsked = Now;
        }

        DirectoryWanted?.Invoke();
    }

    private CircuitLease Lease(ManagedCircuit circuit, IsolationKey isolation)
    {
        _metrics.Attached(shared: circuit.FirstUsed is not null);
        if (circuit.FirstUsed is null)
            WakeLocked();
        circuit.Use(isolation, Now);
        return new CircuitLease(this, circuit);
    }

    private void NoteWanted(CircuitNeeds needs)
    {
        if (needs.Ports.Count == 0)
            _services.Predicted.NoteResolve(Now);
        foreach (ExitPort port in needs.Ports)
            _services.Predicted.NoteUsed(port, Now);
    }

    /// <summary>Starts a circuit if the network is known and nothing says to wait.</summary>
    /// <returns>Why there is no path at all, or null.</returns>
    private string? TryLaunch(CircuitNeeds needs, IsolationKey? isolation, IReadOnlySet<RsaIdentity> avoidExits, out ManagedCircuit? launched)
    {
        launched = null;
        if (!_services.Network.HasEnoughDirectoryInfo || !_pacer.MayLaunch
            || _pool.Building >= MaxPending)
            return null;
        PathPlan plan = _services.Planner.Plan(needs, avoidExits);
        if (plan.Path is not { } path)
        {
            CircuitManagerLog.NoPath(_logger, plan.Problem ?? "no guard may be tried yet");
            return plan.Problem;
        }

        ManagedCircuit circuit = new(needs, path.Exit, path.Guard, Now)
        {
            Record = new CircuitRecord(needs.Stable ? "NEED_CAPACITY,NEED_UPTIME" : "NEED_CAPACITY", CircuitPurpose.General) { IsJudgedByOwner = true },
            Isolation = isolation,
        };
        _services.Registry?.Reserve(circuit.Record);
        _pool.Add(circuit);
        _services.BuildTimeout.NoteLaunched();
        _services.Bootstrap.Report(BootstrapPhase.CircuitCreate);
        Task build = Task.Run(() => BuildAsync(circuit, path));
        _builds.Add(build);
        _ = build.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        launched = circuit;
        return null;
    }

    private void Forget(Task build)
    {
        lock (_lock)
            _builds.Remove(build);
    }

    private async Task BuildAsync(ManagedCircuit managed, PlannedPath path)
    {
        try
        {
            CircuitAttempt attempt = new(_services, path, managed.Record, _logger, _metrics);
            if (await attempt.RunAsync(() => LookElsewhere(managed), () => GiveUpWaiting(managed), () => WaitForGuard(managed), _stopping.Token) is { } circuit)
                await AdoptAsync(managed, circuit);
            else
                Drop(managed, failed: true);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            Drop(managed, failed: false);
        }
#pragma warning disable CA1031 // A mistake of ours in one circuit must not end the care of all circuits.
        catch (Exception error)
#pragma warning restore CA1031
        {
            CircuitManagerLog.BuildCrashed(_logger, error);
            Drop(managed, failed: true);
        }
    }

    /// <summary>The guard is silent: whoever waits may have another circuit built. This one is welcome when it comes.</summary>
    private void LookElsewhere(ManagedCircuit managed)
    {
        lock (_lock)
            managed.IsSlow = true;
        Wake();
    }

    /// <summary>The build timeout has passed: whoever waits looks elsewhere, the measurement goes on.</summary>
    private void GiveUpWaiting(ManagedCircuit managed)
    {
        lock (_lock)
            managed.State = ManagedCircuitState.Measuring;
        _services.Registry?.SetPurpose(managed.Record, CircuitPurpose.MeasureTimeout);
        managed.Settle(ready: false);
        Wake();
    }

    /// <summary>It stands, but a better guard is to be heard first: whoever waits looks elsewhere.</summary>
    private void WaitForGuard(ManagedCircuit managed)
    {
        lock (_lock)
        {
            if (managed.State == ManagedCircuitState.Building)
                managed.State = ManagedCircuitState.WaitingForGuard;
        }

        managed.Record.Progress = CircuitProgress.GuardWait;

        Wake();
    }

    private async Task AdoptAsync(ManagedCircuit managed, Circuit circuit)
    {
        bool wanted;
        lock (_lock)
        {
            wanted = !_stopping.IsCancellationRequested && managed.TryAdopt(circuit);
            if (!wanted)
                _pool.Drop(managed);
        }

        _pacer.Succeeded();
        if (!wanted)
        {
            managed.Settle(ready: false);
            await circuit.DisposeAsync();
            return;
        }

        CircuitManagerLog.Ready(_logger, circuit.Number, (long)circuit.BuildTime.TotalMilliseconds);
        _services.Registry?.Built(managed.Record);
        managed.Settle(ready: true);
        _services.Bootstrap.Report(BootstrapPhase.Done);
        Wake();
        CircuitEnd end = await circuit.Ended;
        if (managed is { FirstUsed: not null, HasWorked: false, Guard: { } guard } && end.Kind is CircuitEndKind.Violation or CircuitEndKind.Destroyed or CircuitEndKind.Truncated or CircuitEndKind.QueueOverflow)
            _services.Guards.ReportUse(guard, worked: false);
        Drop(managed, failed: false);
    }

    private void Drop(ManagedCircuit managed, bool failed)
    {
        lock (_lock)
            _pool.Drop(managed);

        // Most have been told of by who built them; one that never came so far is told of here.
        if (managed.Record.Circuit is null)
            _services.Registry?.Failed(managed.Record, new CircuitEnd(CircuitEndKind.BuildCancelled));
        if (failed && _pacer.Failed() is { } count)
            CircuitManagerLog.ManyFailures(_logger, count);
        managed.Settle(ready: false);
        Wake();
    }

    private async Task UpkeepLoopAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Task changed;
                lock (_lock)
                    changed = _changed.Task;
                await UpkeepAsync();
                await WaitForChangeAsync(changed, stopping);
            }
#pragma warning disable CA1031 // The loop must outlive any one mistake: without it no circuit is ever built or retired again.
            catch (Exception error)
#pragma warning restore CA1031
            {
                CircuitManagerLog.UpkeepCrashed(_logger, error);
                await Task.Delay(UpkeepInterval, _services.Time, CancellationToken.None);
            }
        }
    }

    private async Task UpkeepAsync()
    {
        List<Circuit> finished;
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                return;
            DateTimeOffset now = Now;
            _launchIsDue |= _pool.RetireOld(now, _options.MaxCircuitDirtiness, _services.Predicted.Memory) > 0;
            finished = _pool.Finished();

            // Needs that arise from use are met at once, by whoever has them; those that only time brings are looked at now and then.
            if (_launchIsDue || now >= _nextLook)
            {
                _launchIsDue = false;
                TimeSpan period = _options.LearnCircuitBuildTimeout && _options.NewCircuitPeriod > LearningInterval ? LearningInterval : _options.NewCircuitPeriod;
                _nextLook = now + period;
                LaunchPredicted(now);
            }
        }

        foreach (Circuit circuit in finished)
            await circuit.DisposeAsync();
    }

    /// <summary>Keeps circuits ready for the ports that were used lately, and test circuits while the timeout is being learned.</summary>
    private void LaunchPredicted(DateTimeOffset now)
    {
        if (_options.DisablePredictedCircuits || IsDormant)
            return;
        List<AvailableCircuit> available = [.. _pool.Clean];
        while (_services.Predicted.NextNeed(available, now) is { } need)
        {
            if (TryLaunch(new CircuitNeeds(need.Ports, need.Stable), null, EmptyExits, out ManagedCircuit? launched) is not null)
                _services.Predicted.Forget(need.Ports);
            else if (launched is null)
                return;
            else
                available.Add(new AvailableCircuit(launched.Exit, launched.Stable, true));
        }

        if (_services.BuildTimeout.NeedsTestCircuit(available.Count))
            TryLaunch(CircuitNeeds.Lookup, null, EmptyExits, out _);
    }

    private static readonly HashSet<RsaIdentity> EmptyExits = [];

    private void Wake()
    {
        lock (_lock)
            WakeLocked();
        Changed?.Invoke();
    }

    /// <summary>Under the lock: whoever waits goes on elsewhere.</summary>
    private void WakeLocked()
    {
        _launchIsDue = true;
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    /// <summary>Waits for a change, but not longer than the pacer wants.</summary>
    private async Task WaitForChangeAsync(Task changed, CancellationToken cancellationToken)
    {
        using CancellationTokenSource wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(_pacer.NextLaunch(UpkeepInterval), _services.Time, wait.Token));
        await wait.CancelAsync();
    }

    private (int Pending, int Waiting) CountQueues()
    {
        lock (_lock)
            return (_pool.Pending, Volatile.Read(ref _waiting));
    }

    private (int Circuits, int Keys) CountIsolated()
    {
        lock (_lock)
            return _pool.Isolated;
    }
}
