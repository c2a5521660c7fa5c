using GoTor.Client.Guards;
using GoTor.Protocol.Paths.Guards;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>
/// Builds one planned path and tells everyone what came of it: the guards whose fault a failure is, the build timeout how long it took.
/// A circuit that exceeds the timeout is built to its end all the same, else only fast circuits would ever be measured. path-spec §2.4.
/// </summary>
internal sealed class CircuitAttempt(
    CircuitManagerServices services, PlannedPath path, CircuitRecord record, ILogger logger, CircuitManagerMetrics metrics)
{
    /// <summary>A guard that keeps a circuit waiting for longer may be dead: others are tried beside it.</summary>
    private static readonly TimeSpan FirstAnswer = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _channel = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _hopsBuilt;

    /// <param name="silent">Called once if the guard does not answer in time: whoever waits should try another circuit, too.</param>
    /// <param name="timedOut">Called once if the build timeout passes: whoever waits should look elsewhere.</param>
    /// <param name="waits">Called once if it stands and a better guard must be heard first.</param>
    /// <returns>A circuit that may be used, or null when it failed, came too late, or a better guard came first.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="stopping"/> was cancelled.</exception>
    public async Task<Circuit?> RunAsync(Action silent, Action timedOut, Action waits, CancellationToken stopping)
    {
        using CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            Task<Circuit> build = services.Builder.BuildAsync(path.Hops, record, NoteHop, giveUp.Token);
            // The connection has limits of its own; what is measured and limited here begins with the first cell.
            await Task.WhenAny(build, _channel.Task);
            long started = services.Time.GetTimestamp();
            DateTimeOffset launched = services.Time.GetUtcNow();
            TimeSpan timeout = services.BuildTimeout.Timeout;
            if (!await CompletesWithinAsync(Task.WhenAny(build, _answered.Task), FirstAnswer < timeout ? FirstAnswer : timeout))
                silent();
            bool late = !await CompletesWithinAsync(build, timeout - services.Time.GetElapsedTime(started));
            if (late)
            {
                NoteTimeout(timeout);
                timedOut();
                if (!await CompletesWithinAsync(build, services.BuildTimeout.CloseAfter - timeout))
                {
                    services.BuildTimeout.NoteClosed(launched);
                    await giveUp.CancelAsync();
                }
            }

            Circuit circuit = await build;
            services.Guards.ReportBuilt(path.Guard);
            services.BuildTimeout.NoteBuilt(services.Time.GetElapsedTime(started), late);
            return await JudgeAsync(circuit, late, waits, stopping);
        }
        catch (CircuitBuildException error)
        {
            CircuitManagerLog.BuildFailed(logger, error.HopsBuilt, error.Reason.Kind);
            ReportFailure(error.GuardAtFault);
            return null;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Silence before the first hop stood is the guard's; further out it could be anyone's.
            ReportFailure(Volatile.Read(ref _hopsBuilt) == 0);
            return null;
        }
        catch
        {
            services.Guards.ReportAbandoned(path.Guard);
            throw;
        }
    }

    private async Task<Circuit?> JudgeAsync(Circuit circuit, bool late, Action waits, CancellationToken stopping)
    {
        GuardVerdict verdict = services.Guards.ReportSuccess(path.Guard);
        if (verdict == GuardVerdict.WaitForBetterGuard && !late)
        {
            waits();
            await Task.WhenAny(path.Guard.WhenDecided, circuit.Ended, Task.Delay(Timeout.Infinite, stopping));
            if (!path.Guard.WhenDecided.IsCompleted)
                services.Guards.ReportAbandoned(path.Guard);
            verdict = await path.Guard.WhenDecided;
        }

        if (verdict == GuardVerdict.UsableNow && !late)
            return circuit;
        services.Guards.ReportAbandoned(path.Guard);
        await circuit.DisposeAsync();
        return null;
    }

    private void NoteHop(int hops)
    {
        Volatile.Write(ref _hopsBuilt, hops);
        _channel.TrySetResult();
        if (hops == 0)
        {
            services.Guards.ReportAsked(path.Guard);
            return;
        }

        if (_answered.TrySetResult())
            services.Guards.ReportAnswered(path.Guard);
        services.BuildTimeout.NoteNetworkLive();
        services.Guards.ReportNetworkActivity();
    }

    private void NoteTimeout(TimeSpan timeout)
    {
        CircuitManagerLog.BuildTimedOut(logger, (long)timeout.TotalMilliseconds);
        metrics.BuildTimedOut();
        services.BuildTimeout.NoteTimeout(firstHopStands: Volatile.Read(ref _hopsBuilt) > 0);
    }

    private void ReportFailure(bool guardAtFault)
    {
        if (guardAtFault)
            services.Guards.ReportFailure(path.Guard, GuardBlame.Guard);
        else
            services.Guards.ReportAbandoned(path.Guard);
    }

    private async Task<bool> CompletesWithinAsync(Task task, TimeSpan limit)
    {
        if (task.IsCompleted)
            return true;
        using CancellationTokenSource wait = new();
        Task first = await Task.WhenAny(task, Task.Delay(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, services.Time, wait.Token));
        await wait.CancelAsync();
        return first == task;
    }
}
