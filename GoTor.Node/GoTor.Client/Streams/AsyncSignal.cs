using System.Threading.Tasks.Sources;

namespace GoTor.Client.Streams;

/// <summary>
/// Wakes one waiter. A signal given while nobody waits is kept, once, for the next wait; so the waiter checks its condition, waits,
/// and checks again. Setting and waiting allocate nothing. Any thread may set; one waits at a time. The waiter goes on from the thread
/// pool, never on the thread that sets.
/// </summary>
internal sealed class AsyncSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _completion;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancelledBy;
    private Phase _phase;
    private bool _kept;
    private bool _cancelled;

    private enum Phase : byte
    {
        NobodyWaits,
        Waiting,
        Completing,
    }

    public void Set()
    {
        lock (_gate)
        {
            if (_phase != Phase.Waiting)
            {
                _kept = true;
                return;
            }

            _phase = Phase.Completing;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <exception cref="InvalidOperationException">Someone waits already.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        lock (_gate)
        {
            if (_phase != Phase.NobodyWaits)
                throw new InvalidOperationException("A stream has one reader and one writer at a time.");
            if (_kept)
            {
                _kept = false;
                return ValueTask.CompletedTask;
            }

            _completion.Reset();
            _cancelled = false;
            _phase = Phase.Waiting;
        }

        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static (self, token) => ((AsyncSignal)self!).Cancel(token), this);
        return new ValueTask(this, _completion.Version);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_cancelled)
            _completion.SetException(new OperationCanceledException(_cancelledBy));
        else
            _completion.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token)
    {
        // Waits for a callback that is running, so that it cannot hit the next wait.
        _registration.Dispose();
        _registration = default;
        try
        {
            _completion.GetResult(token);
        }
        finally
        {
            lock (_gate)
                _phase = Phase.NobodyWaits;
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        lock (_gate)
        {
            if (_phase != Phase.Waiting)
                return;
            _phase = Phase.Completing;
            _cancelled = true;
            _cancelledBy = token;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
