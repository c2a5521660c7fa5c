using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.Protocol.Paths.Guards;

namespace GoTor.Protocol.Tests.Paths.Guards;

/// <summary>What holds after any history: circuits that succeed and fail, days that pass, relays that come and go, restarts.</summary>
public class GuardHistoryTests
{
    [Property(MaxTest = 40)]
    public void AnyHistory_KeepsTheInvariants(byte seed, byte[] events)
    {
        GuardFixture f = new(seed);
        List<GuardAttempt> open = [];
        foreach (byte what in events)
        {
            Happen(f, open, what);
            Check(f);
        }
    }

    // P08: lifetimes are uniform between 48 and 60 days (Kolmogorov and Smirnov, α = 0.001).
    [Trait("Case", "B60")]
    [Fact]
    public void ConfirmedLifetimes_AreUniform()
    {
        const int count = 400;
        double[] lifetimes = new double[count];
        for (int i = 0; i < count; i++)
        {
            GuardFixture f = new((ulong)i, guards: 30);
            GuardAttempt attempt = f.Pick();
            f.Succeed(attempt);
            lifetimes[i] = (attempt.Guard.ConfirmedOn!.Value + TimeSpan.FromDays(60) - f.Now).TotalDays;
        }

        Array.Sort(lifetimes);
        Assert.InRange(lifetimes[0], 47.99, 60);
        Assert.InRange(lifetimes[^1], 48, 60);
        double distance = lifetimes.Select((lifetime, i) => Math.Abs(((lifetime - 48) / 12) - ((i + 0.5) / count))).Max();
        Assert.True(distance < 1.95 / Math.Sqrt(count), $"D = {distance:f4}");
    }

    // P08: with an honest network, weeks of use and many restarts meet one guard, and another only when its time has come.
    [Trait("Case", "B60")]
    [Trait("Case", "I02")]
    [Fact]
    public void SevenDaysAndHundredRestarts_UseOneGuard()
    {
        GuardFixture f = new(9);
        HashSet<string> used = [];
        for (int i = 0; i < 100; i++)
        {
            GuardAttempt attempt = f.Pick();
            used.Add(attempt.Guard.RsaIdentity.ToString());
            f.Succeed(attempt);
            f.Now += TimeSpan.FromHours(1.68);
            f.Restart();
        }

        Assert.Single(used);
    }

    [Trait("Case", "B60")]
    [Fact]
    public void HundredDays_WithOutages_UseAtMostThreeGuards()
    {
        GuardFixture f = new(10);
        HashSet<string> used = [];
        for (int day = 0; day < 100; day++)
        {
            // The network is away once a day: everything fails until it is back.
            while (f.TryPick() is { } lost)
                f.Fail(lost);
            f.Now = f.Selector.NextTry(GuardUsage.Traffic)!.Value;
            GuardAttempt attempt = f.Pick();
            used.Add(attempt.Guard.RsaIdentity.ToString());
            Assert.Equal(GuardVerdict.UsableNow, f.Succeed(attempt));
            f.Now += TimeSpan.FromDays(1);
            f.Update();
        }

        Assert.InRange(used.Count, 2, 3); // Each lives 48 to 60 days.
    }

    private static void Happen(GuardFixture f, List<GuardAttempt> open, byte what)
    {
        int choice = what % 16;
        switch (choice)
        {
            case < 5 when f.TryPick(choice == 4 ? GuardUsage.Directory : GuardUsage.Traffic) is { } attempt:
                open.Add(attempt);
                break;
            case 5 or 6 when open.Count > 0:
                f.Succeed(Take(open, what));
                break;
            case 7 or 8 or 9 when open.Count > 0:
                f.Fail(Take(open, what));
                break;
            case 10 when open.Count > 0:
                f.Selector.NoteAbandoned(Take(open, what), f.Now);
                break;
            case 11:
                f.Now += TimeSpan.FromSeconds(what);
                f.Selector.Upgrade(f.Now);
                break;
            case 12:
                f.Now += TimeSpan.FromDays(what / 16.0);
                f.Update();
                break;
            case 13:
                f.Unlist(f.Sample.Sampled[what % f.Sample.Sampled.Count]);
                f.Update();
                break;
            case 14:
                f.Relays[what % 150] = f.Relays[what % 150] with { Flags = GoTor.Testing.Network.SyntheticNetwork.UsualGuard };
                f.Update();
                break;
            case 15:
                string[] before = [.. f.Sample.Format()];
                open.Clear();
                f.Restart();
                Assert.Equal(before, f.Sample.Format().Take(before.Length));
                break;
            default:
                break;
        }
    }

    private static GuardAttempt Take(List<GuardAttempt> open, byte what)
    {
        GuardAttempt attempt = open[what % open.Count];
        open.Remove(attempt);
        return attempt;
    }

    private static void Check(GuardFixture f)
    {
        IReadOnlyList<Guard> sampled = f.Sample.Sampled;
        IReadOnlyList<Guard> primary = f.Primary;
        Assert.InRange(sampled.Count, 1, Math.Max(20, f.Numbers.MaxSampleSize));
        Assert.Equal(sampled.Count, sampled.Select(guard => guard.RsaIdentity).Distinct().Count());
        Assert.True(sampled.Zip(sampled.Skip(1)).All(pair => pair.First.SampledIndex < pair.Second.SampledIndex));
        Assert.Equal(Enumerable.Range(0, f.Sample.Confirmed.Count), f.Sample.Confirmed.Select(guard => guard.ConfirmedIndex!.Value).Order());
        Assert.InRange(primary.Count, 1, 3);
        Assert.Equal(primary.OrderBy(guard => guard.SampledIndex), primary);
        Assert.All(primary, guard => Assert.True(guard is { IsPrimary: true, IsFiltered: true, IsPending: false } && sampled.Contains(guard)));
        Assert.Equal(primary.Count, sampled.Count(guard => guard.IsPrimary));
        Assert.Equal(f.Sample.Confirmed.Where(guard => guard.IsFiltered).Take(3).Except(primary), []);
        Assert.All(sampled, guard => Assert.Equal(guard.IsListed, guard.UnlistedSince is null));
        Assert.Equal(f.Selector.Open.Count, f.Selector.Open.Count(attempt => !attempt.IsSettled));
    }
}
