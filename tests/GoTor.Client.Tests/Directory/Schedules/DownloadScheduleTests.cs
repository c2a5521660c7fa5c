using FsCheck.Xunit;
using GoTor.Client.Directory.Schedules;
using GoTor.Testing.Network;

namespace GoTor.Client.Tests.Directory.Schedules;

public class DownloadScheduleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Property]
    public void Postpone_DrawsBetweenTheBaseAndThreeTimesTheLastDelay(ulong seed, bool isSlow)
    {
        TimeSpan initial = isSlow ? 6 * Second : TimeSpan.Zero, least = isSlow ? initial : Second, now = 100 * Second;
        DownloadSchedule schedule = new(initial, TimeSpan.FromMinutes(10), new SeededRandom(seed));
        Assert.Equal(initial, schedule.NextAttempt);
        schedule.Reset(now);
        Assert.Equal(now + initial, schedule.NextAttempt);
        TimeSpan last = TimeSpan.Zero;
        for (int i = 0; i < 40; i++)
        {
            schedule.Postpone(now);
            TimeSpan delay = schedule.NextAttempt - now;
            Assert.InRange(delay, least, TimeSpan.FromTicks(Math.Max(least.Ticks, Math.Min(3 * last.Ticks, TimeSpan.FromMinutes(10).Ticks))));
            Assert.False(schedule.IsReady(now + delay - TimeSpan.FromTicks(1)));
            Assert.True(schedule.IsReady(now + delay));
            last = delay;
        }

        schedule.Reset(now);
        Assert.Equal(now + initial, schedule.NextAttempt);
    }
}
