using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>
/// Delays that grow at random: each is uniform between the floor and three times the one before (decorrelated jitter), so that clients that
/// failed together do not come back together. Proposal 336. One caller at a time.
/// </summary>
internal sealed class RetrySchedule(TimeSpan floor, TimeSpan ceiling)
{
    private TimeSpan _last;

    public TimeSpan Next(TorRandom random)
    {
        TimeSpan highest = _last * 3 > ceiling ? ceiling : _last * 3;
        return _last = highest <= floor ? floor : random.NextTimeSpan(floor, highest);
    }

    public void Reset() => _last = TimeSpan.Zero;
}
