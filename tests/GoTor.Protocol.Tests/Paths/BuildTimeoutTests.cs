using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Paths;

public class BuildTimeoutTests
{
    private static readonly DateTimeOffset Now = SyntheticNetwork.Epoch;
    private static readonly int[] ArtisTimes = [300, 500, 542, 305, 543, 307, 212, 203, 617, 413];

    // Arti, tor-circmgr/src/timeouts/pareto.rs, pareto_estimate_timeout; C tor never closes before the initial timeout, so 60 s stays.
    [Fact]
    public void Timeout_EnoughTimes_IsTheQuantile()
    {
        BuildTimeout timeout = New("cbtmincircs", 10, "cbtnummodes", 2);
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.Timeout);
        foreach (int time in ArtisTimes)
            Assert.True(timeout.NoteBuilt(TimeSpan.FromMilliseconds(time), hadTimedOut: false));
        Assert.True(timeout.IsComputed);
        Assert.Equal(493.169, timeout.Timeout.TotalMilliseconds, 0.001);
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.CloseAfter);
        Assert.Equal(493.169 * 10 / 6, timeout.ForHops(4).TotalMilliseconds, 0.01);
        Assert.Equal(0.4, timeout.TimeoutRate);
        Assert.Equal(0, timeout.CloseRate);
    }

    [Fact]
    public void Timeout_FewerThanHundredTimes_StaysInitial()
    {
        BuildTimeout timeout = New();
        for (int i = 0; i < 99; i++)
            timeout.NoteBuilt(TimeSpan.FromMilliseconds(500 + i), hadTimedOut: false);
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.Timeout);
        timeout.NoteBuilt(TimeSpan.FromMilliseconds(500), hadTimedOut: false);
        Assert.InRange(timeout.Timeout.TotalMilliseconds, 500, 700);
    }

    [Fact]
    public void Timeout_HeavyTail_IsCappedAtTheLongestSeen()
    {
        BuildTimeout timeout = New("cbtmincircs", 1, "cbtnummodes", 1, "cbtinitialtimeout", 10);
        timeout.NoteBuilt(TimeSpan.FromMilliseconds(11), hadTimedOut: false);
        for (int i = 0; i < 20; i++)
            timeout.NoteClosed(Now); // Nothing has ever arrived: not learned.
        Assert.Equal(1, timeout.Count);
        Assert.True(timeout.Timeout <= TimeSpan.FromMilliseconds(11));
        Assert.True(timeout.Timeout >= TimeSpan.FromMilliseconds(10));
    }

    // C tor's src/test/test.c, test_circuit_timeout: sample a known distribution, save, load, and compare what is estimated.
    [Fact]
    public void Restore_AfterFormat_EstimatesTheSameDistribution()
    {
        ParetoFit truth = new(3000, Math.Log(1 - 0.8) / (Math.Log(3000) - Math.Log(30_000)));
        Assert.Equal(30_000, truth.Quantile(0.8), 0.01);
        SeededRandom random = new(7);
        BuildTimeout timeout = New("cbtinitialtimeout", 100_000_000);
        for (int i = 0; i < 1200; i++)
            Assert.True(timeout.NoteBuilt(TimeSpan.FromMilliseconds(truth.Quantile(random.NextDouble() * 0.999)), hadTimedOut: false));
        timeout.NoteNetworkLive(Now);
        timeout.NoteClosed(Now);

        BuildTimeout loaded = New();
        loaded.Restore(timeout.Format(), random);
        Assert.Equal(1000, loaded.Count);
        Assert.True(loaded.IsComputed);
        Assert.InRange(truth.Cdf(timeout.Timeout.TotalMilliseconds), 0.75, 0.85);
        Assert.InRange(truth.Cdf(loaded.Timeout.TotalMilliseconds), 0.75, 0.85);
        Assert.Equal(0.001, loaded.CloseRate);
    }

    [Fact]
    public void Format_Times_IsCTorsLines()
    {
        BuildTimeout timeout = New();
        foreach (int time in ArtisTimes)
            timeout.NoteBuilt(TimeSpan.FromMilliseconds(time), hadTimedOut: false);
        timeout.NoteNetworkLive(Now);
        timeout.NoteClosed(Now);
        Assert.Equal(
            [
                "TotalBuildTimes 11", "CircuitBuildAbandonedCount 1", "CircuitBuildTimeBin 205 1", "CircuitBuildTimeBin 215 1",
                "CircuitBuildTimeBin 305 3", "CircuitBuildTimeBin 415 1", "CircuitBuildTimeBin 505 1", "CircuitBuildTimeBin 545 2",
                "CircuitBuildTimeBin 615 1",
            ],
            timeout.Format().Select(line => $"{line.Key} {line.Value}"));
    }

    [Fact]
    public void Restore_BadLines_CostOnlyThemselves()
    {
        BuildTimeout timeout = New();
        timeout.Restore(
            [
                new("TotalBuildTimes", "99999999999999999999"), new("CircuitBuildTimeBin", "505 2"), new("CircuitBuildTimeBin", "x 2"),
                new("CircuitBuildTimeBin", "505"), new("CircuitBuildTimeBin", "-5 2"), new("CircuitBuildTimeBin", "0 2"),
                new("CircuitBuildTimeBin", "2147483647 5"), new("CircuitBuildAbandonedCount", "no"), new("Guard", "505 2"),
                new("CircuitBuildTimeBin", "615 1"),
            ],
            new SeededRandom(1));
        Assert.Equal(3, timeout.Count);
    }

    [Fact]
    public void Restore_HugeCounts_KeepsAThousand()
    {
        BuildTimeout timeout = New();
        timeout.Restore([new("CircuitBuildTimeBin", "505 2147483647"), new("CircuitBuildTimeBin", "705 2147483647")], new SeededRandom(1));
        Assert.Equal(1000, timeout.Count);
    }

    // Arti, pareto_estimate_clear, with C tor's 18 of 20.
    [Fact]
    public void NoteTimeout_EighteenOfTwenty_ForgetsEverythingThenDoubles()
    {
        BuildTimeout timeout = New("cbtmincircs", 1, "cbtnummodes", 2);
        foreach (int time in ArtisTimes)
            timeout.NoteBuilt(TimeSpan.FromMilliseconds(time), hadTimedOut: false);
        for (int i = 0; i < 17; i++)
            Assert.False(timeout.NoteTimeout(firstHopStands: true));
        Assert.NotEqual(TimeSpan.FromSeconds(60), timeout.Timeout);
        Assert.False(timeout.NoteTimeout(firstHopStands: false));
        Assert.True(timeout.NoteTimeout(firstHopStands: true));
        Assert.Equal((TimeSpan.FromSeconds(60), 0, false), (timeout.Timeout, timeout.Count, timeout.IsComputed));
        for (int i = 0; i < 18; i++)
            timeout.NoteTimeout(firstHopStands: true);
        Assert.Equal((TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(120)), (timeout.Timeout, timeout.CloseAfter));
    }

    [Fact]
    public void NoteTimeout_SuccessesBetween_ForgetNothing()
    {
        BuildTimeout timeout = New("cbtmincircs", 1);
        for (int i = 0; i < 200; i++)
        {
            Assert.False(i % 5 != 0 && timeout.NoteTimeout(firstHopStands: true));
            if (i % 5 == 0)
                timeout.NoteBuilt(TimeSpan.FromMilliseconds(400), hadTimedOut: false);
        }
    }

    [Fact]
    public void NoteClosed_NothingArrivedSinceLaunch_LearnsNothingUntilSomethingDoes()
    {
        BuildTimeout timeout = New("cbtmincircs", 1);
        timeout.NoteNetworkLive(Now);
        timeout.NoteClosed(Now + TimeSpan.FromSeconds(1));
        Assert.Equal(0, timeout.Count);
        timeout.NoteBuilt(TimeSpan.FromMilliseconds(400), hadTimedOut: true);
        Assert.Equal(0, timeout.Count);
        timeout.NoteNetworkLive(Now + TimeSpan.FromSeconds(2));
        timeout.NoteBuilt(TimeSpan.FromMilliseconds(400), hadTimedOut: true);
        timeout.NoteClosed(Now + TimeSpan.FromSeconds(2));
        Assert.Equal(2, timeout.Count);
    }

    [Fact]
    public void NoteBuilt_TimeAcrossASuspend_IsNotLearned()
    {
        BuildTimeout timeout = New();
        Assert.False(timeout.NoteBuilt(TimeSpan.FromSeconds(122), hadTimedOut: true));
        Assert.False(timeout.NoteBuilt(TimeSpan.FromSeconds(-1), hadTimedOut: false));
        Assert.True(timeout.NoteBuilt(TimeSpan.FromSeconds(120), hadTimedOut: true));
        Assert.Equal(1, timeout.Count);
    }

    [Fact]
    public void Timeout_LearningOff_IsWhatTheOptionSays()
    {
        BuildTimeout timeout = new(BuildTimeoutParameters.From(ConsensusParameters.Default, TimeSpan.FromSeconds(7), learn: false));
        for (int i = 0; i < 500; i++)
            timeout.NoteBuilt(TimeSpan.FromMilliseconds(400), hadTimedOut: false);
        for (int i = 0; i < 50; i++)
            timeout.NoteTimeout(firstHopStands: true);
        Assert.Equal((TimeSpan.FromSeconds(7), 0), (timeout.Timeout, timeout.Count));
        Assert.False(timeout.NeedsTestCircuit(0, Now));
    }

    [Fact]
    public void NeedsTestCircuit_WhileLearning_EveryTenSecondsUpToTenUnused()
    {
        BuildTimeout timeout = New("cbtmincircs", 2);
        Assert.True(timeout.NeedsTestCircuit(9, Now));
        Assert.False(timeout.NeedsTestCircuit(10, Now));
        timeout.NoteLaunched(Now);
        Assert.False(timeout.NeedsTestCircuit(0, Now + TimeSpan.FromSeconds(10)));
        Assert.True(timeout.NeedsTestCircuit(0, Now + TimeSpan.FromSeconds(11)));
        timeout.NoteBuilt(TimeSpan.FromMilliseconds(400), hadTimedOut: false);
        timeout.NoteBuilt(TimeSpan.FromMilliseconds(500), hadTimedOut: false);
        Assert.False(timeout.NeedsTestCircuit(0, Now + TimeSpan.FromSeconds(11)));
    }

    [Fact]
    public void Configure_ConsensusDisablesLearning_GoesBackToInitial()
    {
        BuildTimeout timeout = New("cbtmincircs", 1);
        timeout.NoteBuilt(TimeSpan.FromMilliseconds(400), hadTimedOut: false);
        timeout.Configure(Parameters("cbtmincircs", 1, "cbtrecentcount", 5));
        Assert.True(timeout.Timeout < TimeSpan.FromSeconds(1));
        timeout.Configure(Parameters("cbtdisabled", 1));
        Assert.Equal(TimeSpan.FromSeconds(60), timeout.Timeout);
    }

    private static BuildTimeout New(params object[] parameters) => new(Parameters(parameters));

    private static BuildTimeoutParameters Parameters(params object[] pairs) => BuildTimeoutParameters.From(
        new ConsensusParameters(pairs.Chunk(2).ToDictionary(pair => (string)pair[0], pair => (int)pair[1])));
}
