using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Testing.Directories;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Documents;

public sealed class ConsensusTimeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly ConsensusLifetime Lifetime = new(Noon, Noon.AddHours(1), Noon.AddHours(3));

    [Trait("Case", "B56")]
    [Theory]
    [InlineData(-24.01, nameof(ConsensusTimeliness.UnusableNotYetValid))]
    [InlineData(-24, nameof(ConsensusTimeliness.NotYetValid))]
    [InlineData(-0.01, nameof(ConsensusTimeliness.NotYetValid))]
    [InlineData(0, nameof(ConsensusTimeliness.Fresh))]
    [InlineData(1, nameof(ConsensusTimeliness.Fresh))]
    [InlineData(1.01, nameof(ConsensusTimeliness.Valid))]
    [InlineData(3, nameof(ConsensusTimeliness.Valid))]
    [InlineData(3.01, nameof(ConsensusTimeliness.Expired))]
    [InlineData(26, nameof(ConsensusTimeliness.Expired))] // B56: 23 hours after valid-until still serves,
    [InlineData(27, nameof(ConsensusTimeliness.Expired))]
    [InlineData(28, nameof(ConsensusTimeliness.UnusableExpired))] // 25 hours after does not.
    public void Consensus_AtSomeHour_IsWorthThat(double hoursAfterValidAfter, string expected)
    {
        DateTimeOffset now = Noon.AddHours(hoursAfterValidAfter);
        Assert.Equal(expected, Lifetime.At(now).ToString());
        Assert.Equal(!expected.StartsWith("Unusable", StringComparison.Ordinal), Lifetime.IsReasonablyLive(now));
    }

    // dir-spec §5.1: three quarters of an interval after fresh-until, then seven eighths of the rest: 13:45 and 65.6 minutes here.
    [Fact]
    public void Download_OfAClient_FallsIntoTheSpecsWindowAllOverIt()
    {
        (DateTimeOffset start, TimeSpan length) = ConsensusSchedule.Window(Lifetime);
        Assert.Equal(Noon.AddMinutes(105), start);
        Assert.Equal(TimeSpan.FromMinutes(75 * 7 / 8.0), length);
        var random = new SeededRandom(1);
        List<double> places = [.. Enumerable.Range(0, 1000).Select(_ => (ConsensusSchedule.NextDownload(Lifetime, Noon, random) - start) / length)];
        Assert.All(places, p => Assert.InRange(p, 0, 1));
        Assert.InRange(places.Average(), 0.45, 0.55);
        Assert.InRange(places.Min(), 0, 0.02);
        Assert.InRange(places.Max(), 0.98, 1);
    }

    [Fact]
    public void Download_OfABridgeUser_ComesAfterAllClients()
    {
        (DateTimeOffset start, TimeSpan length) = ConsensusSchedule.Window(Lifetime);
        (DateTimeOffset later, TimeSpan laterLength) = ConsensusSchedule.Window(Lifetime, afterOtherClients: true);
        Assert.True(later > start + length);
        Assert.True(later + laterLength < Lifetime.ValidUntil);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(5, 3)]
    [InlineData(10, 2)]
    [InlineData(20, 3)]
    public void Download_InACrazyFastNetwork_StaysBetweenFreshAndExpired(int intervalSeconds, int intervals)
    {
        var fast = new ConsensusLifetime(Noon, Noon.AddSeconds(intervalSeconds), Noon.AddSeconds(intervalSeconds * intervals));
        (DateTimeOffset start, TimeSpan length) = ConsensusSchedule.Window(fast);
        Assert.True(start + length < fast.ValidUntil);
        Assert.True(length >= TimeSpan.FromSeconds(1));
        Assert.True(start >= fast.FreshUntil - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Download_WithoutALiveConsensus_IsNow()
    {
        var random = new SeededRandom(1);
        Assert.Equal(Noon.AddHours(4), ConsensusSchedule.NextDownload(Lifetime, Noon.AddHours(4), random));
        Assert.Equal(Noon.AddHours(-1), ConsensusSchedule.NextDownload(Lifetime, Noon.AddHours(-1), random));
    }

    // The first list is what authorities of C tor 0.4.9.11 recommend (protover.c).
    [Theory]
    [InlineData("Cons=2 Desc=2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4 HSRend=2 Link=4-5 Microdesc=2 Relay=2-4", "")]
    [InlineData("Cons=2 Desc=2 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4 HSRend=2 Link=4-5 Microdesc=2 Padding=2 Relay=2-4 Wombat=3", "Padding=2 Wombat=3")]
    [InlineData("Conflux=1 FlowCtrl=1-3 HSIntro=4-5 Relay=2-6", "Conflux=1 FlowCtrl=3 HSIntro=5 Relay=5-6")]
    public void RecommendedProtocols_ThatAnotherReleaseHas_AreWorthAWarning(string recommended, string missing)
    {
        ProtocolCheck check = RequiredProtocols.Check(Consensus.Parse(GeneratedDirectory.Create(relays: 1, authorities: 1).EncodeConsensus(
            new ConsensusDraft { ValidAfter = Noon, RecommendedClientProtocols = recommended })));
        Assert.Equal(missing, check.MissingRecommended);
    }

    // The list says what the code does: these come with congestion control, onion services, conflux and CGO.
    [Theory]
    [InlineData("FlowCtrl", 2)]
    [InlineData("HSRend", 2)]
    [InlineData("Conflux", 1)]
    [InlineData("Padding", 2)]
    [InlineData("Relay", 5)]
    [InlineData("Link", 3)]
    public void Supported_Protocols_AreNoneThatWeLack(string protocol, int version) =>
        Assert.False(RequiredProtocols.Supported.Supports(protocol, version));

    [Theory]
    [InlineData("Cons=2 Desc=2 FlowCtrl=1 Link=4 Microdesc=2 Relay=2", "2030-01-01", "", false)] // C tor 0.4.9.11's required-client list.
    [InlineData("Cons=2 Relay=63", "2030-01-01", "Relay=63", true)]
    [InlineData("Cons=2 Relay=63", "2026-11-01", "Relay=63", false)] // Older than this release: cannot have meant it.
    [InlineData("Wombat=1-2", "2030-01-01", "Wombat=1-2", true)]
    [InlineData("Cons=2 FlowCtrl=1-2", "2030-01-01", "FlowCtrl=2", true)] // Left out of this release: not warned of, but missed.
    public void RequiredProtocols_ThatWeLack_StopUsWhenTheConsensusIsNewer(string required, string date, string missing, bool stop)
    {
        GeneratedDirectory directory = GeneratedDirectory.Create(relays: 1, authorities: 1);
        DateTimeOffset validAfter = DateTimeOffset.Parse(date + "T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        ProtocolCheck check = RequiredProtocols.Check(Consensus.Parse(
            directory.EncodeConsensus(new ConsensusDraft { ValidAfter = validAfter, RequiredClientProtocols = required, RecommendedClientProtocols = "Wombat=9" })));
        Assert.Equal(missing, check.MissingRequired);
        Assert.Equal("Wombat=9", check.MissingRecommended);
        Assert.Equal(stop, check.MustStop);
    }
}
