using System.Net;
using System.Net.Sockets;
using System.Text;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry.Tracing;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>
/// Opens streams for applications: takes a circuit, asks its exit, and moves on to another circuit where that may help. Never connects
/// to a destination itself, and never looks up a name. path-spec §2.5. Safe for concurrent use.
/// </summary>
internal sealed class StreamConnector(
    CircuitManager circuits, TimeProvider time, ILogger<StreamConnector> logger, StreamRegistry? registry = null) : IStreamConnector
{
    /// <summary>Different exits that may say that they cannot resolve or reach a destination (C tor's MAX_RESOLVE_FAILURES).</summary>
    private const int MaxExitFailures = 3;

    private readonly StreamRegistry _registry = registry ?? new StreamRegistry();

    private static readonly TimeSpan EarlyTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LaterTimeout = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public Task<TorStream> ConnectAsync(StreamRequest request, CancellationToken cancellationToken)
    {
        StreamTrace? trace = TraceOf(request, "Connect");
        StreamRecord record = _registry.Add(request, isResolve: false);
        return TryCircuitsAsync<TorStream>(
            record,
            trace,
            asked => CircuitNeeds.ForStream(asked, circuits.Options.LongLivedPorts),
            async (lease, attempt) =>
            {
                StreamRequest request = record.Request;
                if (request.OptimisticData is { } early)
                    early.Sent = 0;
                TorStream stream = await lease.Circuit.OpenStreamAsync(
                    request.Host, request.Port, FlagsOf(request, lease.Exit), request.OptimisticData,
                    new AcceptedAddresses(!circuits.Options.ClientRejectInternalAddresses, request.IPv4Traffic, request.IPv6Traffic), attempt);
                record.Stream = stream as CircuitStream;
                return new LeasedStream(stream, lease, trace, record, _registry);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ResolveAnswer> ResolveAsync(StreamRequest request, CancellationToken cancellationToken) =>
        LookUpAsync(null, request, cancellationToken);

    /// <inheritdoc/>
    public Task<ResolveAnswer> ResolveReverseAsync(IPAddress address, StreamRequest request, CancellationToken cancellationToken) =>
        LookUpAsync(ReverseName(address), request, cancellationToken);

    internal static string ReverseName(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return $"{bytes[3]}.{bytes[2]}.{bytes[1]}.{bytes[0]}.in-addr.arpa";
        StringBuilder name = new();
        for (int i = bytes.Length - 1; i >= 0; i--)
            name.Append(System.Globalization.CultureInfo.InvariantCulture, $"{bytes[i] & 15:x}.{bytes[i] >> 4:x}.");
        return name.Append("ip6.arpa").ToString();
    }

    /// <param name="reverseName">Null looks the host up, which a controller may change until an exit is asked.</param>
    private async Task<ResolveAnswer> LookUpAsync(string? reverseName, StreamRequest request, CancellationToken cancellationToken)
    {
        StreamTrace? trace = TraceOf(request, "Resolve");
        StreamRecord record = _registry.Add(request, isResolve: true, isReverse: reverseName is not null);
        ResolveAnswer answer = await TryCircuitsAsync(
            record,
            trace,
            asked => CircuitNeeds.Lookup with { Exit = asked.Exit?.Identity },
            async (lease, attempt) =>
            {
                using (lease)
                    return await lease.Circuit.ResolveAsync(reverseName ?? record.Request.Host, attempt);
            },
            cancellationToken);
        _registry.Closed(record);
        if (request.Trace is null)
            trace?.End();
        return answer;
    }

    private static StreamTrace? TraceOf(StreamRequest request, string command)
    {
        if (request.Trace is { } begun)
            return begun;
        StreamTrace? trace = StreamTrace.Start();
        trace?.Asked("Library", command);
        return trace;
    }

    private async Task<T> TryCircuitsAsync<T>(
        StreamRecord record, StreamTrace? trace, Func<StreamRequest, CircuitNeeds> needs, Func<CircuitLease, CancellationToken, Task<T>> open,
        CancellationToken cancellationToken)
    {
        try
        {
            T result = await TryCircuitsInTurnAsync(record, trace, needs, open, cancellationToken);
            trace?.Connected();
            return result;
        }
        catch (Exception error)
        {
            // When the application has left it is no failure of ours, and needs no reason.
            if (error is not OperationCanceledException)
            {
                trace?.Failed((error as TorException)?.Kind.ToString() ?? nameof(TorErrorKind.Internal));
                StreamFailedException? said = error.InnerException as StreamFailedException;
                _registry.Failed(record, said?.Reason ?? (error is TorException { Kind: TorErrorKind.Timeout } ? EndReason.Timeout : EndReason.Misc), said is { CircuitEnded: false });
            }

            _registry.Closed(record);
            if (record.Request.Trace is null)
                trace?.End();
            throw;
        }
    }

    private async Task<T> TryCircuitsInTurnAsync<T>(
        StreamRecord record, StreamTrace? trace, Func<StreamRequest, CircuitNeeds> needs, Func<CircuitLease, CancellationToken, Task<T>> open,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource overall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, record.Closing);
        using ITimer deadline = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), overall, circuits.Options.SocksTimeout, Timeout.InfiniteTimeSpan);
        HashSet<RsaIdentity> avoidExits = [];
        TorException? last = null;
        int exitFailures = 0;
        try
        {
            for (int attempt = 0; ; attempt++)
            {
                trace?.Enter(StreamPart.Circuit, attempt + 1);
                CircuitLease lease = await TakeCircuitAsync(record, needs, avoidExits, overall.Token);
                record.Circuit = lease.Circuit.Number;
                _registry.Note(record, StreamProgress.Sent);
                trace?.Leave();
                trace?.Enter(StreamPart.Begin, attempt + 1);
                (T? result, StreamRetryReason reason, TorException? error) = await TryOnceAsync(lease, open, attempt, overall.Token);
                trace?.Leave(error is null ? null : reason.ToString());
                if (error is null)
                {
                    if (!record.IsResolve)
                        _registry.Note(record, StreamProgress.Succeeded);
                    return result!;
                }

                last = error;
                StreamFailedException? said = error.InnerException as StreamFailedException;
                _registry.Detached(record, said?.Reason ?? EndReason.Timeout, said is { CircuitEnded: false });
                lease.Dispose();
                if (reason is StreamRetryReason.ExitPolicy or StreamRetryReason.ExitFailed)
                    avoidExits.Add(lease.Exit.RsaIdentity);
                if (reason == StreamRetryReason.ExitFailed && ++exitFailures >= MaxExitFailures)
                    throw error;
                if (reason is StreamRetryReason.ExitFailed or StreamRetryReason.Timeout)
                    lease.Retire();
                circuits.Metrics.StreamRetried(reason);
                CircuitManagerLog.StreamRetried(logger, reason);
            }
        }
        catch (TorException error) when (error.Kind == TorErrorKind.NoPath && last is not null)
        {
            throw last; // Every exit that could serve it has refused: what they said tells more.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && record.IsCloseRequested)
        {
            throw new TorException(TorErrorKind.StreamClosed, "A controller closed the stream.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw last ?? new TorException(
                TorErrorKind.Timeout, "No circuit could carry the request in time. Is the client bootstrapped, and the network up?");
        }
    }

    /// <summary>The circuit that a controller wants it on, where controllers decide; otherwise one of our own choice.</summary>
    private async Task<CircuitLease> TakeCircuitAsync(
        StreamRecord record, Func<StreamRequest, CircuitNeeds> needs, IReadOnlySet<RsaIdentity> avoidExits, CancellationToken cancellationToken)
    {
        if (circuits.Options.LeaveStreamsUnattached)
        {
            record.AwaitAttachment();
            _registry.Note(record, StreamProgress.ControllerWait);
            if (await record.AttachmentAsync(cancellationToken) is { } lease)
                return lease;
        }

        return await circuits.AcquireAsync(needs(record.Request), record.Request.Isolation, avoidExits, cancellationToken);
    }

    /// <returns>A result, or an error with what to do about it. Throws what another circuit would not change.</returns>
    private async Task<(T? Result, StreamRetryReason Reason, TorException? Error)> TryOnceAsync<T>(
        CircuitLease lease, Func<CircuitLease, CancellationToken, Task<T>> open, int attempt, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ITimer timer = time.CreateTimer(
            static source => ((CancellationTokenSource)source!).Cancel(), limit, attempt < 2 ? EarlyTimeout : LaterTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            T result = await open(lease, limit.Token);
            lease.Worked();
            return (result, default, null);
        }
        catch (StreamFailedException failure)
        {
            if (!failure.CircuitEnded)
                lease.Worked();
            TorException error = Translate(failure);
            if (RetryFor(failure) is { } reason)
                return (default, reason, error);
            lease.Dispose();
            throw error;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, StreamRetryReason.Timeout, new TorException(TorErrorKind.Timeout, "The exit did not answer in time."));
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>C tor's connection_ap_process_end_not_open, and what it does with a CONNECTED that it refuses: null where another exit would say the same.</summary>
    private static StreamRetryReason? RetryFor(StreamFailedException failure) => (failure.CircuitEnded, failure.Reason) switch
    {
        (true, _) => StreamRetryReason.CircuitEnded,
        _ when failure.NamedUnacceptableAddress => null,
        (_, EndReason.ExitPolicy) => StreamRetryReason.ExitPolicy,
        (_, EndReason.ResolveFailed) when failure.IsPermanentResolveError => null,
        (_, EndReason.ResolveFailed or EndReason.Timeout or EndReason.Misc or EndReason.NoRoute or EndReason.Hibernating
            or EndReason.ResourceLimit or EndReason.TorProtocol or EndReason.Destroy or EndReason.Internal) => StreamRetryReason.ExitFailed,
        _ => null,
    };

    private static TorException Translate(StreamFailedException failure) => (failure.CircuitEnded, failure.Reason) switch
    {
        (true, _) => new TorException(TorErrorKind.CircuitClosed, "The circuit ended before the stream was open.", failure),
        (_, EndReason.ResolveFailed) => new TorException(TorErrorKind.ResolveFailed, "The exit cannot resolve the name.", failure),
        (_, EndReason.ConnectRefused) => new TorException(TorErrorKind.ConnectionRefused, "The destination refused the connection.", failure),
        (_, EndReason.NoRoute) => new TorException(TorErrorKind.NoRoute, "The exit has no route to the destination.", failure),
        (_, EndReason.ExitPolicy) => new TorException(TorErrorKind.ExitPolicy, "The exit's policy forbids the destination.", failure),
        (_, EndReason.Timeout) => new TorException(TorErrorKind.Timeout, "The exit could not reach the destination in time.", failure),
        (_, EndReason.TorProtocol) => new TorException(TorErrorKind.ProtocolViolation, "The exit did not keep to the protocol.", failure),
        (_, EndReason.Done or EndReason.ConnectionReset) =>
            new TorException(TorErrorKind.StreamClosed, "The destination closed the connection at once.", failure),
        _ => new TorException(TorErrorKind.CircuitClosed, $"The exit ended the stream: {failure.Reason}.", failure),
    };

    /// <summary>As C tor sets them, so that exits cannot tell us apart: IPv6 only where the exit would do it, preferred only where there is a choice.</summary>
    private static BeginFlags FlagsOf(StreamRequest request, Relay exit)
    {
        bool ipv6 = request.IPv6Traffic && new ExitPort(request.Port, IPv6: true).IsAllowedBy(exit);
        return (ipv6 ? BeginFlags.IPv6Okay : 0)
            | (request.IPv4Traffic ? 0 : BeginFlags.IPv4NotOkay)
            | (ipv6 && request is { IPv4Traffic: true, PreferIPv6: true } ? BeginFlags.IPv6Preferred : 0);
    }
}
