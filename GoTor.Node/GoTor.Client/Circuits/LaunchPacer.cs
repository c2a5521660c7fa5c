using GoTor.Protocol.Crypto;

namespace GoTor.Client.Circuits;

/// <summary>
/// Slows down building while it keeps failing, so that a broken network costs little and looks like nothing special. The first few
/// failures cost no time: another path usually works. Safe for concurrent use.
/// </summary>
internal sealed class LaunchPacer(TimeProvider time, TorRandom random)
{
    private const int FreeFailures = 3;
    private const int WarnAfter = 10;
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private int _failures;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

    public bool MayLaunch
    {
        get
        {
            lock (_lock)
                return time.GetUtcNow() >= _notBefore;
        }
    }

    /// <summary>How long until a launch is worth a try, at most <paramref name="atMost"/>.</summary>
    public TimeSpan NextLaunch(TimeSpan atMost)
    {
        lock (_lock)
        {
            TimeSpan left = _notBefore - time.GetUtcNow();
            return left <= TimeSpan.Zero || left > atMost ? atMost : left;
        }
    }

    public void Succeeded()
    {
        lock (_lock)
            (_failures, _notBefore) = (0, DateTimeOffset.MinValue);
    }

    /// <returns>How many failed in a row, when it is time to tell someone.</returns>
    public int? Failed()
    {
        lock (_lock)
        {
            // What was under way when we slowed down and fails now tells nothing new.
            if (time.GetUtcNow() < _notBefore)
                return null;
            _failures++;
            if (_failures > FreeFailures)
            {
                double factor = Math.Pow(2, Math.Min(_failures - FreeFailures - 1, 16));
                TimeSpan wait = TimeSpan.FromTicks((long)Math.Min(First.Ticks * factor, Longest.Ticks));
                _notBefore = time.GetUtcNow() + random.NextTimeSpan(wait / 2, wait);
            }

            return _failures % WarnAfter == 0 ? _failures : null;
        }
    }
}
