using System.Net.Sockets;

namespace GoTor.Sandbox.Links;

/// <summary>
/// Takes connections until it is told to stop. Accepting fails for reasons that pass, such as a process with no file descriptor left: a
/// listener that gave up then would be dead with its port open, and nobody would know.
/// </summary>
internal static class AcceptLoop
{
    /// <summary>Between two attempts when the first failed.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="accept">Completes with the next connection.</param>
    /// <param name="serve">Takes a connection over, and returns at once.</param>
    /// <param name="failed">Told of each failure.</param>
    public static async Task RunAsync(
        Func<CancellationToken, ValueTask<Socket>> accept, Action<Socket> serve, Action<Exception> failed, TimeProvider time, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                serve(await accept(stopping));
            }
            catch (Exception e) when (stopping.IsCancellationRequested && IsEnd(e))
            {
                return;
            }
            catch (SocketException e)
            {
                failed(e);
                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static bool IsEnd(Exception e) => e is OperationCanceledException or SocketException or ObjectDisposedException;
}
