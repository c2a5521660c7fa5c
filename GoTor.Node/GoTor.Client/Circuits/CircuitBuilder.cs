using GoTor.Client.Channels;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>Finds or makes a channel to a relay, and says how to open a circuit on it.</summary>
/// <exception cref="ChannelException">There is no channel.</exception>
internal delegate Task<Func<ICircuitInbox, ICircuitLink>> ChannelOpener(HopTarget relay, CancellationToken cancellationToken);

/// <summary>Makes circuits, hop by hop.</summary>
/// <param name="parameters">What the newest consensus says about circuits; see <see cref="CircuitSettings"/>.</param>
internal sealed class CircuitBuilder(
    ChannelOpener channels,
    Func<CircuitParameters> parameters,
    TimeProvider time,
    TorRandom random,
    CircuitMetrics metrics,
    StreamMetrics streamMetrics,
    ILoggerFactory loggers,
    CircuitRegistry? registry = null) : ICircuitBuilder
{
    private readonly CircuitRegistry _registry = registry ?? new CircuitRegistry(time);
    private readonly ILogger _logger = loggers.CreateLogger<CircuitBuilder>();
    private readonly ILogger _circuitLogger = loggers.CreateLogger<Circuit>();

    /// <summary>For circuits over the channels that the manager shares.</summary>
    public CircuitBuilder(
        ChannelManager channels,
        Func<CircuitParameters> parameters,
        TimeProvider time,
        TorRandom random,
        CircuitMetrics metrics,
        StreamMetrics streamMetrics,
        ILoggerFactory loggers,
        CircuitRegistry? registry = null)
        : this(
            async (relay, cancellationToken) => (await channels.GetAsync(relay, cancellationToken)).OpenCircuit,
            parameters,
            time,
            random,
            metrics,
            streamMetrics,
            loggers,
            registry)
    {
    }

    public Task<Circuit> BuildAsync(IReadOnlyList<HopTarget> path, CancellationToken cancellationToken) => BuildAsync(path, null, cancellationToken);

    public Task<Circuit> BuildAsync(IReadOnlyList<HopTarget> path, Action<int>? hopBuilt, CancellationToken cancellationToken) =>
        BuildAsync(path, new CircuitRecord(path.Count == 1 ? "ONEHOP_TUNNEL,IS_INTERNAL,NEED_CAPACITY" : "NEED_CAPACITY", CircuitPurpose.General), hopBuilt, cancellationToken);

    public async Task<Circuit> BuildAsync(IReadOnlyList<HopTarget> path, CircuitRecord record, Action<int>? hopBuilt, CancellationToken cancellationToken)
    {
        Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenSource abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, record.Aborted);
        long started = time.GetTimestamp();
        _registry.Launched(record, path);
        long number = record.Number;
        CircuitLog.Building(_logger, number, path.Count);
        TrafficPurpose purpose = PurposeOf(path);
        metrics.BuildStarted(purpose);
        using CircuitTrace? trace = CircuitTrace.Start(purpose, path.Count);
        try
        {
            trace?.Channel();
            Circuit circuit = await OpenAsync(number, path[0], abort.Token);
            record.Circuit = circuit;
            hopBuilt?.Invoke(0);
            await ExtendAlongAsync(circuit, path, record, hopBuilt, trace, abort.Token);
            trace?.Built();
            circuit.BuildTime = time.GetElapsedTime(started);
            metrics.Built(purpose, circuit.BuildTime);
            CircuitLog.Built(_logger, number, (long)circuit.BuildTime.TotalMilliseconds);
            if (!record.IsJudgedByOwner)
                _registry.Built(record);
            _ = CountEndAsync(circuit, record, purpose);
            return circuit;
        }
        catch (CircuitBuildException failure)
        {
            _registry.Failed(record, failure.Reason);
            metrics.BuildFailed(purpose, failure.Reason.Kind);
            trace?.Failed(failure.Reason.Kind);
            CircuitLog.BuildFailed(_logger, number, failure.HopsBuilt, failure.Reason.Kind, (byte)failure.Reason.PeerReason);
            throw;
        }
        catch (OperationCanceledException cancelled)
        {
            CircuitEnd end = new(CircuitEndKind.BuildCancelled);
            _registry.Failed(record, end);
            metrics.BuildFailed(purpose, end.Kind);
            trace?.Failed(end.Kind);
            // A controller wanted it so: nobody is to blame, and whoever waits looks elsewhere.
            if (!cancellationToken.IsCancellationRequested && record.IsCloseRequested)
                throw new CircuitBuildException(end, record.HopsBuilt, guardAtFault: false, cancelled);
            throw;
        }
    }

    // Only directory documents are fetched from the first hop itself; no application's stream may end there.
    private static TrafficPurpose PurposeOf(IReadOnlyList<HopTarget> path) => path.Count == 1 ? TrafficPurpose.Directory : TrafficPurpose.User;

    private static void Check(IReadOnlyList<HopTarget> path)
    {
        if (path.Count == 0)
            throw new ArgumentException("A circuit has one hop at least.", nameof(path));
        for (int i = 1; i < path.Count; i++)
        {
            if (path[i].NtorOnionKey.IsEmpty || path[i].RsaIdentity is null || path[i].OrPorts.Count == 0)
                throw new ArgumentException($"Hop {i + 1} lacks its ntor key, its identity or its address.", nameof(path));
        }
    }

    private async Task<Circuit> OpenAsync(long number, HopTarget guard, CancellationToken cancellationToken)
    {
        try
        {
            Func<ICircuitInbox, ICircuitLink> openLink = await channels(guard, cancellationToken);
            return new Circuit(
                new CircuitReactor(number, openLink, parameters(), time, random, metrics, streamMetrics, _circuitLogger), random);
        }
        catch (ChannelException failure)
        {
            throw new CircuitBuildException(
                new CircuitEnd(CircuitEndKind.ChannelEnded, Hop: 1, Channel: failure.End), hopsBuilt: 0, failure.End != ChannelEnd.ClosedByUs, failure);
        }
    }

    private async Task ExtendAlongAsync(
        Circuit circuit, IReadOnlyList<HopTarget> path, CircuitRecord record, Action<int>? hopBuilt, CircuitTrace? trace, CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 0; i < path.Count; i++)
            {
                trace?.Hop(i + 1);
                await circuit.ExtendAsync(path[i], cancellationToken);
                _registry.Extended(record, i + 1);
                hopBuilt?.Invoke(i + 1);
            }
        }
        catch
        {
            await circuit.CloseAsync(CircuitEndKind.BuildCancelled);
            throw;
        }
    }

    // Owned by the circuit: it ends with it.
    private async Task CountEndAsync(Circuit circuit, CircuitRecord record, TrafficPurpose purpose)
    {
        CircuitEnd end = await circuit.Ended;
        _registry.Ended(record, end);
        metrics.Ended(purpose, end.Kind);
    }
}
