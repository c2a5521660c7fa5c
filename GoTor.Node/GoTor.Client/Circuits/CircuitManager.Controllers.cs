using GoTor.Client.Streams;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;

namespace GoTor.Client.Circuits;

/// <summary>What controllers do with circuits: paths of their own choice, and streams put on them by hand. control-spec §3.10 to §3.16.</summary>
internal sealed partial class CircuitManager
{
    /// <summary>A path that a controller chose, or began to choose, gets this long.</summary>
    private static readonly TimeSpan ControllerPatience = TimeSpan.FromSeconds(60);

    /// <summary>Fewer hops would show one relay both ends: only streams that a controller attaches may go there.</summary>
    private const int FewestHopsToShare = 3;

    /// <summary>Paths of controllers under way at one time. Apart from our own, so that neither waits for the other.</summary>
    private const int MaxPendingForControllers = 256;

    /// <summary>Starts a circuit along our own choice of relays.</summary>
    /// <returns>Null when there is no path now.</returns>
    public CircuitRecord? Launch(CircuitPurpose purpose)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
                return null;
            TryLaunch(CircuitNeeds.Lookup, null, EmptyExits, out ManagedCircuit? launched);
            if (launched is null)
                return null;
            launched.IsReserved = purpose == CircuitPurpose.Controller;
            launched.Record.Purpose = purpose;
            return launched.Record;
        }
    }

    /// <summary>Starts a circuit along a path that a controller chose. No guard is asked: the controller takes that on itself.</summary>
    /// <returns>Null when too many are under way.</returns>
    public CircuitRecord? LaunchAlong(IReadOnlyList<HopTarget> path, Relay exit, CircuitPurpose purpose)
    {
        CircuitRecord record = new("NEED_CAPACITY", purpose) { IsJudgedByOwner = true };
        ManagedCircuit managed;
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested || _pool.BuildingForControllers >= MaxPendingForControllers)
                return null;
            managed = new ManagedCircuit(CircuitNeeds.Lookup, exit, guard: null, Now)
            {
                Record = record,
                IsReserved = purpose == CircuitPurpose.Controller || path.Count < FewestHopsToShare,
            };
            _services.Registry?.Reserve(record);
            _pool.Add(managed);
            Task build = Task.Run(() => BuildAlongAsync(managed, path));
            _builds.Add(build);
            _ = build.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return record;
    }

    /// <summary>
    /// Adds hops to a circuit that stands. Returns at once; observers hear of the rest. Until then it takes no stream; if it fails the circuit
    /// ends, so one that carries streams is not lengthened.
    /// </summary>
    /// <returns>False when it is not open, carries streams or is being lengthened already.</returns>
    public bool Lengthen(long number, IReadOnlyList<HopTarget> hops, Relay exit)
    {
        lock (_lock)
        {
            if (Find(number) is not { State: ManagedCircuitState.Open or ManagedCircuitState.Retired, Circuit: { IsOpen: true, OpenStreams: 0 }, Streams: 0, IsLengthening: false } managed)
                return false;
            managed.IsLengthening = true;
            managed.Record.Progress = CircuitProgress.Extended;
            Task lengthening = Task.Run(() => LengthenAsync(managed, hops, exit));
            _builds.Add(lengthening);
            _ = lengthening.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return true;
        }
    }

    /// <summary>Whether our own choice of streams may use it.</summary>
    public bool SetPurpose(long number, CircuitPurpose purpose)
    {
        CircuitRecord record;
        lock (_lock)
        {
            if (Find(number) is not { } managed)
                return false;
            managed.IsReserved = purpose == CircuitPurpose.Controller || managed.Record.Path.Count < FewestHopsToShare;
            record = managed.Record;
        }

        _services.Registry?.SetPurpose(record, purpose);
        Wake();
        return true;
    }

    /// <summary>A hold on exactly this circuit; null when it takes no streams.</summary>
    public CircuitLease? TryLease(long number, IsolationKey isolation)
    {
        lock (_lock)
        {
            return Find(number) is { State: ManagedCircuitState.Open or ManagedCircuitState.Retired, Circuit.IsOpen: true, IsLengthening: false } managed
                ? Lease(managed, isolation)
                : null;
        }
    }

    private ManagedCircuit? Find(long number) => _pool.Find(number);

    private async Task BuildAlongAsync(ManagedCircuit managed, IReadOnlyList<HopTarget> path)
    {
        try
        {
            using CancellationTokenSource slow = new(ControllerPatience, _services.Time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, _stopping.Token);
            await AdoptAsync(managed, await _services.Builder.BuildAsync(path, managed.Record, null, either.Token));
        }
        catch (Exception error) when (error is CircuitBuildException or OperationCanceledException)
        {
            Drop(managed, failed: false);
        }
#pragma warning disable CA1031 // A mistake of ours in one circuit must not end the care of all circuits.
        catch (Exception error)
#pragma warning restore CA1031
        {
            CircuitManagerLog.BuildCrashed(_logger, error);
            Drop(managed, failed: false);
        }
    }

    private async Task LengthenAsync(ManagedCircuit managed, IReadOnlyList<HopTarget> hops, Relay exit)
    {
        try
        {
            using CancellationTokenSource slow = new(ControllerPatience, _services.Time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, _stopping.Token);
            foreach (HopTarget hop in hops)
            {
                await managed.Circuit!.ExtendAsync(hop, either.Token);
                managed.Record.Lengthen(hop);
                _services.Registry?.Extended(managed.Record, managed.Record.HopsBuilt);
            }

            lock (_lock)
            {
                managed.Exit = exit;
                managed.IsLengthening = false;
            }

            _services.Registry?.Built(managed.Record);
            Wake();
        }
        catch (Exception error) when (error is CircuitBuildException or OperationCanceledException or InvalidOperationException or ArgumentException)
        {
            // Nobody knows what its last hop is now.
            await managed.Circuit!.DisposeAsync();
        }
    }
}
