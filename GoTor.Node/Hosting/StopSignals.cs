using System.Runtime.InteropServices;

namespace GoTor.Node.Hosting;

/// <summary>
/// SIGTERM and SIGINT: the first asks to stop, the second to stop at once. From its making on, neither ends the process by itself, so
/// that everything started is also put away. Safe for concurrent use.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _atOnce = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;

    public StopSignals()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    }

    /// <summary>Completes at the first signal.</summary>
    public Task First => _first.Task;

    /// <summary>Cancelled at the second one.</summary>
    public CancellationToken AtOnce => _atOnce.Token;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _atOnce.Dispose();
    }

    /// <summary>As the signals do it.</summary>
    /// <param name="atOnce">As two of them.</param>
    public void Request(bool atOnce)
    {
        if (!_first.TrySetResult() || atOnce)
            _atOnce.Cancel();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        Request(atOnce: false);
    }
}
