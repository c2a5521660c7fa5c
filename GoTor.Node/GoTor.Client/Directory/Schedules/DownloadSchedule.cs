using GoTor.Protocol.Crypto;

namespace GoTor.Client.Directory.Schedules;

/// <summary>
/// When one document may be asked for again: C tor's decorrelated back-off (dlstatus.c). Each delay is drawn between the base
/// and three times the delay before. Times are of a monotonic clock, so that setting the wall clock changes nothing.
/// Not safe for concurrent use.
/// </summary>
internal sealed class DownloadSchedule
{
    private static readonly TimeSpan LeastDelay = TimeSpan.FromSeconds(1);
    private readonly TimeSpan _initialDelay;
    private readonly TimeSpan _maxDelay;
    private readonly TorRandom _random;
    private TimeSpan _lastDelay;

    /// <param name="initialDelay">Before the first attempt; also the least delay afterwards, though never less than a second.</param>
    /// <param name="maxDelay">Delays grow up to here.</param>
    public DownloadSchedule(TimeSpan initialDelay, TimeSpan maxDelay, TorRandom random)
    {
        _initialDelay = initialDelay;
        _maxDelay = maxDelay;
        _random = random;
        NextAttempt = initialDelay;
    }

    public TimeSpan NextAttempt { get; private set; }

    /// <summary>Attempts or failures since the last <see cref="Reset"/>.</summary>
    public int Count { get; private set; }

    public bool IsReady(TimeSpan now) => now >= NextAttempt;

    /// <summary>After a success, or to start: the history is forgotten.</summary>
    public void Reset(TimeSpan now)
    {
        _lastDelay = TimeSpan.Zero;
        Count = 0;
        NextAttempt = now + _initialDelay;
    }

    /// <summary>After an attempt where several may run at once, or after a failure where only one may.</summary>
    public void Postpone(TimeSpan now)
    {
        TimeSpan least = _initialDelay > LeastDelay ? _initialDelay : LeastDelay;
        TimeSpan most = _lastDelay * 3;
        TimeSpan delay = most > least ? _random.NextTimeSpan(least, most) : least;
        _lastDelay = delay < _maxDelay ? delay : _maxDelay;
        NextAttempt = now + _lastDelay;
        Count++;
    }
}
