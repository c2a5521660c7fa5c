using GoTor.Protocol.Crypto;

namespace GoTor.Client.Directory.Schedules;

/// <summary>
/// When one document may be asked for again: C tor's decorrelated back-off (dlstatus.c). Each delay is drawn between the base
/// and three times the delay before. Times are of a monotonic clock, so that setting the wall clock changes nothing.
/// Not safe for concurrent use.
/// </summary>
/// <param name="initialDelay">Before the first attempt; also the least delay afterwards, though never less than a second.</param>
internal sealed class DownloadSchedule(TimeSpan initialDelay, TimeSpan maxDelay, TorRandom random)
{
    private static readonly TimeSpan LeastDelay = TimeSpan.FromSeconds(1);
    private TimeSpan _lastDelay;

    public TimeSpan NextAttempt { get; private set; }

    /// <summary>Attempts or failures since the last <see cref="Reset"/>.</summary>
    public int Count { get; private set; }

    public bool IsReady(TimeSpan now) => now >= NextAttempt;

    /// <summary>After a success, or to start: the history is forgotten.</summary>
    public void Reset(TimeSpan now)
    {
        _lastDelay = TimeSpan.Zero;
        Count = 0;
        NextAttempt = now + initialDelay;
    }

    /// <summary>After an attempt where several may run at once, or after a failure where only one may.</summary>
    public void Postpone(TimeSpan now)
    {
        TimeSpan least = initialDelay > LeastDelay ? initialDelay : LeastDelay;
        TimeSpan most = _lastDelay * 3;
        TimeSpan delay = most > least ? random.NextTimeSpan(least, most) : least;
        _lastDelay = delay < maxDelay ? delay : maxDelay;
        NextAttempt = now + _lastDelay;
        Count++;
    }
}
