using GoTor.MetricsContract;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Reporting.Sending;

/// <summary>
/// Sends a report each interval, and at once when the node's condition turns. One report is under way at a time and
/// none waits: what a gateway misses is in the next one, since totals are cumulative. Whatever the gateway does costs the node nothing but
/// this loop. Safe for concurrent use.
/// </summary>
internal sealed class Reporter
{
    /// <summary>A gateway that has not answered by then has not got the report.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>The process wants to end.</summary>
    public static readonly TimeSpan FinalDeadline = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan AfterCrash = TimeSpan.FromSeconds(5);

    private readonly ReportBuilder _builder;
    private readonly IReportSink _sink;
    private readonly ReporterStatus _status;
    private readonly ReporterMetrics _metrics;
    private readonly ReportTroubleLog _log;
    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly Action<ProfileRequest>? _onProfileRequest;
    private readonly ReportPacing _pacing;
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private INodeConditionSource? _source;
    private NodeCondition _condition = NodeCondition.Starting;

    /// <param name="chance">A number from 0 to 1, another one each time.</param>
    /// <param name="onProfileRequest">Gets what answers ask for; null when this node offers no profiles. Quick, and does not throw.</param>
    public Reporter(
        ReportBuilder builder,
        IReportSink sink,
        TimeSpan interval,
        ReporterStatus status,
        ReporterMetrics metrics,
        ReportTroubleLog log,
        TimeProvider time,
        Func<double> chance,
        Action<ProfileRequest>? onProfileRequest)
    {
        (_builder, _sink, _status, _metrics, _log, _time, _chance) = (builder, sink, status, metrics, log, time, chance);
        _onProfileRequest = onProfileRequest;
        _pacing = new ReportPacing(interval);
    }

    /// <summary>From now on reports say how this node is. Null: as it was last.</summary>
    public void Watch(INodeConditionSource? source)
    {
        INodeConditionSource? before;
        lock (_lock)
            before = _source;
        before?.MayHaveChanged -= Wake;
        NodeCondition? last = before?.Look();
        lock (_lock)
            (_source, _condition) = (source, last ?? _condition);
        source?.MayHaveChanged += Wake;
        Wake();
    }

    /// <summary>Reports until it is cancelled. Never faults.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await TakeTurnAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The loop must outlive any one mistake of ours: without it nobody would see the node any more.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _log.Crashed(error);
                await Task.Delay(AfterCrash, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Says goodbye to a gateway that heard us, once the loop has ended. Never faults.</summary>
    public async Task FinishAsync()
    {
        if (!_status.IsHeard)
            return;
        try
        {
            await SendAsync(Look(), final: true, FinalDeadline, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nothing depends on it any more.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _log.Crashed(error);
        }
    }

    private async Task TakeTurnAsync(CancellationToken stopping)
    {
        Task changed = NextChange();
        NodeCondition condition = Look();
        TimeSpan pause = Judge(await SendAsync(condition, final: false, Deadline, stopping).ConfigureAwait(false));
        await PauseAsync(pause, changed, condition, stopping).ConfigureAwait(false);
    }

    private NodeCondition Look()
    {
        INodeConditionSource? source;
        NodeCondition last;
        lock (_lock)
            (source, last) = (_source, _condition);
        return source?.Look() ?? last;
    }

    private async Task<ReportOutcome> SendAsync(NodeCondition condition, bool final, TimeSpan limit, CancellationToken stopping)
    {
        NodeReport report = _builder.Build(condition, _pacing.Interval, final);
        if (_builder.Failure is { } failure)
            _log.InstrumentFailed(failure);
        using CancellationTokenSource deadline = new(limit, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        long started = _time.GetTimestamp();
        ReportOutcome outcome;
        try
        {
            outcome = await _sink.SendAsync(report, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            outcome = new ReportOutcome(ReportResult.TimedOut);
        }

        if (outcome.Result != ReportResult.NotReady)
            _metrics.Sent(outcome.Result, _time.GetElapsedTime(started), report.CalculateSize());
        if (outcome.Result == ReportResult.Accepted)
            _builder.Reuse(report);
        return outcome;
    }

    private TimeSpan Judge(ReportOutcome outcome)
    {
        if (outcome.Result != ReportResult.NotReady)
        {
            _status.Note(outcome, _time.GetUtcNow());
            _log.Note(outcome);
        }

        if (outcome.Answer is not { } answer)
            return _pacing.Failed(outcome.Result, _chance());
        if (answer.Profile is { } request)
            _onProfileRequest?.Invoke(request);
        return _pacing.Accepted(answer.NextIntervalMs);
    }

    /// <summary>Waits until the next report is due, or until the node's condition is another than the one reported.</summary>
    private async Task PauseAsync(TimeSpan pause, Task changed, NodeCondition reported, CancellationToken stopping)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task due = Task.Delay(pause, _time, over.Token);
        try
        {
            while (!_pacing.IsBackingOff)
            {
                // Channels come and go by the dozen: look at most so often.
                await Task.WhenAny(due, Task.Delay(ReportPacing.LeastGap, _time, over.Token)).ConfigureAwait(false);
                if (await Task.WhenAny(due, changed).ConfigureAwait(false) == due)
                    break;
                changed = NextChange();
                if (Look().DiffersFrom(reported))
                    return;
            }

            await due.ConfigureAwait(false);
        }
        finally
        {
            over.Cancel();
        }
    }

    private Task NextChange()
    {
        lock (_lock)
        {
            if (_changed.Task.IsCompleted)
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _changed.Task;
        }
    }

    private void Wake()
    {
        lock (_lock)
            _changed.TrySetResult();
    }
}
