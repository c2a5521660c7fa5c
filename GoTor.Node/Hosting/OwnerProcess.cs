using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Hosting;

/// <summary>Watches the process that a node was started for (__OwningControllerProcess), which may change. Safe for concurrent use.</summary>
internal sealed class OwnerProcess(TimeProvider time, ILogger logger)
{
    /// <summary>As often as C tor looks.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private Watched _watched = new((int?)null);

    /// <summary>From now on this process counts and no other; null watches none.</summary>
    public void Watch(int? process)
    {
        if (Volatile.Read(ref _watched).Process != process)
            Interlocked.Exchange(ref _watched, new Watched(process)).Replaced.TrySetResult();
    }

    /// <summary>Completes when the process has ended, or when nobody waits any more. Without a process it never ends by itself.</summary>
    public async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Watched watched = Volatile.Read(ref _watched);
            if (watched.Process is { } id && !IsRunning(id))
            {
                NodeLog.OwnerEnded(logger);
                return;
            }

            TimeSpan wait = watched.Process is null ? Timeout.InfiniteTimeSpan : Interval;
            await watched.Replaced.Task.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // It is there, and not ours to look at.
            return true;
        }
    }

    private sealed record Watched(int? Process)
    {
        public TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
