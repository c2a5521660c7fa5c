using GoTor.Client;
using GoTor.Client.Circuits;
using GoTor.Client.Directory;
using GoTor.Client.Guards;
using GoTor.Client.Telemetry;
using GoTor.Node.Health;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Tests.Health;

public sealed class HealthChecksTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly NetworkCensus Network = new(Now.AddMinutes(-30), Now.AddMinutes(150), 7000, 6900, 3000, 1500, true);

    private static readonly ClientStatus Client = new(
        new BootstrapSnapshot(BootstrapPhase.Done, 100, null), Network, "", new GuardCounts(3, 2, 20, 18), UsesGuards: true,
        new CircuitCounts(3, 0, 0, IsWanted: true, TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(3)), OpenChannels: 2, ClockSkew: TimeSpan.FromSeconds(1));

    private static readonly HealthInputs Well = new()
    {
        Now = Now,
        Network = "public",
        Client = Client,
        Activity = new ActivityCounts(4, 50, 48, 2, 5, 1, TimeSpan.FromMilliseconds(120)),
        Socks = new SocksStatus(1, 1, 10, 1000),
        Resources = new ProcessResources(100 << 20, 1L << 30, 60, 1024, 40, 12),
        Reporter = new ReporterCounts(100, 0, null, default, 0),
    };

    [Fact]
    public void EverythingWell_IsHealthy_AndEachPartSaysSo()
    {
        IReadOnlyList<Verdict> verdicts = HealthChecks.All(Well);
        Assert.Equal(
            ["bootstrap", "directory", "guards", "connections", "circuits", "socks", "clock", "resources", "reporter"],
            verdicts.Select(verdict => verdict.Component));
        Assert.All(verdicts, verdict => Assert.Equal(HealthLevel.Healthy, verdict.Level));
        Assert.All(verdicts, verdict => Assert.NotEmpty(verdict.Message));
    }

    [Fact]
    public void Details_OfGoTorsComponents_HaveItsNamesAndForms()
    {
        Assert.Equal(
            [("active_circuits", "3"), ("min_required", "2"), ("failed_builds", "4"), ("average_age", "1m30s"), ("max_age", "3m0s")],
            HealthChecks.Circuits(Well).Details);
        Assert.Equal(
            [("total_connections", "48"), ("open_connections", "2"), ("failed_connections", "2"), ("average_latency", "120ms"), ("connection_attempts", "50")],
            HealthChecks.Connections(Well).Details);
        Assert.Equal(
            [("last_update", "2026-06-01T11:30:00Z"), ("consensus_age", "30m0s"), ("relay_count", "7000"), ("guard_count", "3000"), ("exit_count", "1500")],
            HealthChecks.Directory(Well).Details);
    }

    [Theory]
    [InlineData(0, true, HealthLevel.Unhealthy, "No active circuits available")]
    [InlineData(0, false, HealthLevel.Healthy, "Resting")]
    [InlineData(1, true, HealthLevel.Degraded, "Circuit count below minimum threshold")]
    [InlineData(2, true, HealthLevel.Healthy, "Circuits functioning normally")]
    internal void Circuits_AreJudgedByWhatIsWanted(int open, bool wanted, HealthLevel level, string message)
    {
        Verdict verdict = HealthChecks.Circuits(With(Client with { Circuits = Client.Circuits with { Open = open, IsWanted = wanted } }));
        Assert.Equal(level, verdict.Level);
        Assert.StartsWith(message, verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Circuits_BelowTheMinimum_WhileOneIsBuilt_AreWell() =>
        Assert.Equal(HealthLevel.Healthy, HealthChecks.Circuits(With(Client with { Circuits = Client.Circuits with { Open = 1, Pending = 1 } })).Level);

    [Theory]
    [InlineData(0, 0, 0, 0, true, HealthLevel.Healthy)] // Nothing was tried.
    [InlineData(0, 9, 0, 9, true, HealthLevel.Unhealthy)]
    [InlineData(0, 9, 0, 9, false, HealthLevel.Healthy)] // Resting.
    [InlineData(2, 9, 1, 5, true, HealthLevel.Degraded)]
    [InlineData(2, 9, 1, 2, true, HealthLevel.Healthy)] // No more failures than open ones, as in go-tor.
    [InlineData(2, 99, 5, 1, true, HealthLevel.Healthy)] // Failures of long ago.
    internal void Connections_AreJudgedByTheLastMinutes(int open, int attempts, int recentSuccesses, int recentFailures, bool wanted, HealthLevel level)
    {
        HealthInputs inputs = With(Client with { OpenChannels = open, Circuits = Client.Circuits with { IsWanted = wanted } }) with
        {
            Activity = new ActivityCounts(0, attempts, 1, attempts, recentSuccesses, recentFailures, null),
        };
        Assert.Equal(level, HealthChecks.Connections(inputs).Level);
    }

    [Theory]
    [InlineData("public", 7000, 30, 180, HealthLevel.Healthy)]
    [InlineData("public", 99, 30, 180, HealthLevel.Degraded)]
    [InlineData("custom", 8, 30, 180, HealthLevel.Healthy)]
    [InlineData("public", 7000, 181, 180, HealthLevel.Unhealthy)]
    [InlineData("custom", 8, 11, 10, HealthLevel.Degraded)]
    [InlineData("custom", 8, 181, 600, HealthLevel.Healthy)]
    internal void Directory_IsJudgedByAgeAndSize(string network, int relays, int ageMinutes, int lifetimeMinutes, HealthLevel level)
    {
        DateTimeOffset validAfter = Now.AddMinutes(-ageMinutes);
        NetworkCensus census = Network with { ValidAfter = validAfter, ValidUntil = validAfter.AddMinutes(lifetimeMinutes), Relays = relays };
        Assert.Equal(level, HealthChecks.Directory(With(Client with { Network = census }) with { Network = network }).Level);
    }

    [Fact]
    public void Directory_WithoutConsensusOrWithTooLittle_IsUnhealthy_AndSaysWhatIsMissing()
    {
        Verdict none = HealthChecks.Directory(With(Client with { Network = null, MissingDirectoryInfo = "We have no usable consensus." }));
        Verdict little = HealthChecks.Directory(With(Client with { Network = Network with { IsEnough = false }, MissingDirectoryInfo = "We have 3 of 9 descriptors." }));
        Assert.Equal((HealthLevel.Unhealthy, HealthLevel.Unhealthy), (none.Level, little.Level));
        Assert.StartsWith("We have no usable consensus. Check the network", none.Message, StringComparison.Ordinal);
        Assert.Contains("We have 3 of 9 descriptors.", little.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 20, 18, true, HealthLevel.Healthy)]
    [InlineData(1, 20, 18, true, HealthLevel.Degraded)]
    [InlineData(1, 1, 1, true, HealthLevel.Healthy)] // A network that has no more.
    [InlineData(0, 20, 17, true, HealthLevel.Degraded)]
    [InlineData(0, 20, 0, true, HealthLevel.Unhealthy)]
    [InlineData(0, 0, 0, true, HealthLevel.Unhealthy)]
    [InlineData(0, 0, 0, false, HealthLevel.Degraded)] // Switched off.
    internal void Guards_AreJudgedByWhoAnswers(int active, int sampled, int usable, bool used, HealthLevel level) =>
        Assert.Equal(level, HealthChecks.Guards(With(Client with { UsesGuards = used, Guards = new GuardCounts(active, 0, sampled, usable) })).Level);

    [Theory]
    [InlineData(0, HealthLevel.Healthy)]
    [InlineData(-119, HealthLevel.Healthy)]
    [InlineData(130, HealthLevel.Degraded)]
    [InlineData(-7200, HealthLevel.Degraded)]
    internal void Clock_IsJudgedByTrustedOnes(int seconds, HealthLevel level)
    {
        Verdict verdict = HealthChecks.Clock(With(Client with { ClockSkew = TimeSpan.FromSeconds(seconds) }));
        Assert.Equal(level, verdict.Level);
        Assert.Equal(("skew", GoDuration.Format(TimeSpan.FromSeconds(seconds))), Assert.Single(verdict.Details));
    }

    [Fact]
    public void Clock_NobodyHasTold_IsHeldAgainstTheConsensus() =>
        Assert.Contains("agrees with the consensus", HealthChecks.Clock(With(Client with { ClockSkew = null })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 0, 0, HealthLevel.Healthy)]
    [InlineData(2, 2, 0, HealthLevel.Healthy)]
    [InlineData(2, 1, 0, HealthLevel.Unhealthy)]
    [InlineData(1, 1, 1000, HealthLevel.Degraded)]
    internal void Socks_IsJudgedByItsPorts(int configured, int listening, int connections, HealthLevel level) =>
        Assert.Equal(level, HealthChecks.Socks(Well with { Socks = new SocksStatus(configured, listening, connections, 1000) }).Level);

    [Theory]
    [InlineData(100, 500, HealthLevel.Healthy)]
    [InlineData(950, 500, HealthLevel.Degraded)]
    [InlineData(100, 900, HealthLevel.Degraded)]
    [InlineData(100, 990, HealthLevel.Unhealthy)]
    internal void Resources_AreJudgedByTheirLimits(int memory, int descriptors, HealthLevel level) =>
        Assert.Equal(level, HealthChecks.Resources(Well with { Resources = new ProcessResources(memory, 1000, descriptors, 1000, 0, 0) }).Level);

    [Fact]
    public void Resources_ThatNobodyTells_AreNotGuessed() =>
        Assert.Equal(HealthLevel.Healthy, HealthChecks.Resources(Well with { Resources = new ProcessResources(100, 0, null, null, null, 0) }).Level);

    [Fact]
    public void Reporter_IsDegraded_ForAMinuteAfterAFailure()
    {
        ReporterCounts failed = new(5, 1, ReportResult.TimedOut, Now.AddSeconds(-30), 0);
        Assert.Equal(HealthLevel.Degraded, HealthChecks.Reporter(Well with { Reporter = failed }).Level);
        Assert.Equal(HealthLevel.Healthy, HealthChecks.Reporter(Well with { Reporter = failed with { LastFailureAt = Now.AddMinutes(-2) } }).Level);
        Assert.Equal(HealthLevel.Degraded, HealthChecks.Reporter(Well with { Reporter = failed with { LastFailure = null, Refusals = 2 } }).Level);
    }

    [Fact]
    public void Bootstrap_OnItsWay_IsUnhealthy_AndSaysWhatStandsInTheWay()
    {
        Verdict verdict = HealthChecks.Bootstrap(With(Client with { Bootstrap = new BootstrapSnapshot(BootstrapPhase.LoadingStatus, 30, "Our clock is wrong: set it.") }));
        Assert.Equal(HealthLevel.Unhealthy, verdict.Level);
        Assert.Contains("30%: Loading networkstatus consensus. Our clock is wrong: set it.", verdict.Message, StringComparison.Ordinal);
    }

    /// <summary>What Go 1.22's time.Duration.String gives.</summary>
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "100ns")]
    [InlineData(15, "1.5µs")]
    [InlineData(12_345_678, "1.2345678s")]
    [InlineData(2_500_000, "250ms")]
    [InlineData(36_000_000_000, "1h0m0s")]
    [InlineData(37_235_000_000, "1h2m3.5s")]
    [InlineData(-600_000_000, "-1m0s")]
    [InlineData(long.MinValue, "-256204778h48m5.4775808s")]
    public void Duration_IsWrittenAsInGo(long ticks, string text) => Assert.Equal(text, GoDuration.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void RecentCount_ForgetsWhatIsOld()
    {
        RecentCount recent = new(TimeSpan.FromMinutes(5), Now);
        Assert.Equal(3, recent.Update(Now, 3));
        for (int minute = 1; minute <= 4; minute++)
            Assert.Equal(3, recent.Update(Now.AddMinutes(minute), 3));
        Assert.Equal(0, recent.Update(Now.AddMinutes(11), 3));
        Assert.Equal(2, recent.Update(Now.AddMinutes(12), 5));
        // A clock that is set back forgets, rather than counting twice or never again.
        Assert.Equal(0, recent.Update(Now.AddDays(-1), 5));
        Assert.Equal(4, recent.Update(Now.AddDays(-1).AddMinutes(1), 9));
    }

    private static HealthInputs With(ClientStatus client) => Well with { Client = client };
}
