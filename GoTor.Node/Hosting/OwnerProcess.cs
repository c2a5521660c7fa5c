using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Hosting;

/// <summary>Watches the process that a node was started for (__OwningControllerProcess).</summary>
internal static class OwnerProcess
{
    /// <summary>As often as C tor looks.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>Completes when the process has ended, or when nobody waits any more. Without a process it never ends by itself.</summary>
    public static async Task WaitForEndAsync(int? process, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (process is { } id && !IsRunning(id))
            {
                NodeLog.OwnerEnded(logger);
                return;
            }

            await Task.Delay(process is null ? Timeout.InfiniteTimeSpan : Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
}
