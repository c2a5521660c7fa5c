using System.Threading.Tasks.Sources;
using Awaiter = System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter;

namespace GoTor.Client.Streams;

/// <summary>
/// A read or a write that has to wait. A stream has at most one of each at a time, so it keeps one object for each instead of taking
/// the state of an async method from a pool, which now and then has none and allocates. One call at a time; a second one is refused.
/// </summary>
internal abstract class WaitingCall : IValueTaskSource<int>, IValueTaskSource
{
    private readonly Action _resume;
    private ManualResetValueTaskSourceCore<int> _completion;
    private Awaiter _waiting;
    private CancellationToken _cancellation;
    private int _busy;

    protected WaitingCall() => _resume = Resume;

    /// <summary>Takes the call, unless there is one already: then what <see cref="Begin"/> returns fails.</summary>
    protected bool TryTake() => Interlocked.CompareExchange(ref _busy, 1, 0) == 0;

    /// <summary>Waits once at least, and steps until a step is the last. Called after <see cref="TryTake"/>.</summary>
    /// <returns>What this object's task is to be made of.</returns>
    protected short Begin(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken;
        _completion.Reset();
        short version = _completion.Version;
        WaitAndStep();
        return version;
    }

    protected static InvalidOperationException Refused() => new("A stream has one reader and one writer at a time.");

    protected abstract ValueTask WaitAsync(CancellationToken cancellationToken);

    /// <returns>True when the call is complete. An exception completes it, too.</returns>
    protected abstract bool TryStep(out int result);

    /// <summary>The call is over: lets go of what it was given.</summary>
    protected abstract void Clear();

    int IValueTaskSource<int>.GetResult(short token) => GetResult(token);

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _completion.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private int GetResult(short token)
    {
        // Refuses whoever asks for a call that is over, before anything is touched.
        _ = _completion.GetStatus(token);
        try
        {
            return _completion.GetResult(token);
        }
        finally
        {
            Clear();
            _waiting = default;
            _cancellation = default;
            Volatile.Write(ref _busy, 0);
        }
    }

    // On the thread pool: the signal that we wait for never runs us on the thread that gives it.
    private void Resume()
    {
        int result;
        try
        {
            _waiting.GetResult();
            if (!TryStep(out result))
            {
                WaitAndStep();
                return;
            }
        }
#pragma warning disable CA1031 // Whatever it is belongs to whoever awaits the call.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _completion.SetException(failure);
            return;
        }

        _completion.SetResult(result);
    }

    private void WaitAndStep()
    {
        int result;
        try
        {
            do
            {
#pragma warning disable CA2012 // Used once all the same: its result is taken either here or in Resume.
                _waiting = WaitAsync(_cancellation).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
                if (!_waiting.IsCompleted)
                {
                    // Nothing may be touched after this: it may be over before we return.
                    _waiting.UnsafeOnCompleted(_resume);
                    return;
                }

                _waiting.GetResult();
            }
            while (!TryStep(out result));
        }
#pragma warning disable CA1031 // As above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _completion.SetException(failure);
            return;
        }

        _completion.SetResult(result);
    }
}
