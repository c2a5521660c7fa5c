using GoTor.Client.Directory.Cache;

namespace GoTor.Client.Tests.Directory;

public class DirectoryTrustTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // Trap 1: with three authorities one signature is a third, and "sigs < n/2" would let it pass.
    [Trait("Case", "B55")]
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Consensus_WithoutMajority_IsRefusedAndTheLastGoodOneKept(int signers)
    {
        await using DirectoryFixture fixture = new();
        await fixture.RunUntilReadyAsync();
        // Signed by strangers too, so that it has enough signatures by number.
        fixture.Servers.Network = fixture.Network.Next with { Signers = [.. TestAuthority.Ours[..signers], .. TestAuthority.Theirs] };
        await RefreshOnceAsync(fixture);
        Assert.Equal(fixture.Network.ValidAfter, fixture.Manager.Current!.ValidAfter);
        Assert.True(fixture.Manager.HasEnoughDirectoryInfo);
        string reason = signers == 0 ? "another network" : "1 of our authorities signed it rightly, 2 are needed";
        Assert.Contains(fixture.Warnings, warning => warning.Contains(reason, StringComparison.Ordinal));
    }

    [Trait("Case", "B55")]
    [Fact]
    public async Task Consensus_SignedTwiceByOne_IsRefused()
    {
        await using DirectoryFixture fixture = new(new TestNetwork { Signers = [TestAuthority.Ours[0], TestAuthority.Ours[0], TestAuthority.Ours[0]] });
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Warnings.Any());
        Assert.Null(fixture.Manager.Current);
    }

    [Fact]
    public async Task Consensus_ChangedAfterSigning_IsRefused()
    {
        await using DirectoryFixture fixture = new();
        string forged = fixture.Network.Consensus.Replace("relay7 ", "relayX ", StringComparison.Ordinal);
        fixture.Servers.Intercept = request => Task.FromResult(request.IsConsensus ? FakeDirectory.Ok(forged) : null);
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Servers.Requests.Any(request => request.IsCertificates));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Null(fixture.Manager.Current);
        Assert.Contains(fixture.Warnings, warning => warning.Contains("0 of our authorities", StringComparison.Ordinal));
    }

    [Trait("Case", "B55")]
    [Fact]
    public async Task Consensus_OfAnotherNetwork_IsRefusedWithoutAskingForItsCertificates()
    {
        await using DirectoryFixture fixture = new(new TestNetwork { Signers = TestAuthority.Theirs });
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Warnings.Any(warning => warning.Contains("another network", StringComparison.Ordinal)));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Null(fixture.Manager.Current);
        Assert.DoesNotContain(fixture.Servers.Requests, request => request.IsCertificates);
        Assert.Equal(0, fixture.Bootstrap.Current.Percent / 40);
    }

    [Trait("Case", "B56")]
    [Trait("Case", "I10")]
    [Theory]
    [InlineData(-23)]
    [InlineData(23)]
    public async Task Clock_OffByLessThanADay_Works(int hours)
    {
        TestNetwork network = new();
        DateTimeOffset edge = hours < 0 ? network.ValidAfter : network.ValidUntil;
        await using DirectoryFixture fixture = new(network, now: edge.AddHours(hours));
        await fixture.RunUntilReadyAsync();
        if (hours < 0)
            Assert.Contains(fixture.Warnings, warning => warning.Contains("23 hours behind", StringComparison.Ordinal) && warning.Contains("check date", StringComparison.Ordinal));
    }

    [Trait("Case", "B56")]
    [Theory]
    [InlineData(-25.5, "25 hours behind")]
    [InlineData(25.5, "expired 25 hours ago")]
    public async Task Clock_OffByMoreThanADay_NeverGetsThereAndSaysWhy(double hours, string reason)
    {
        TestNetwork network = new();
        DateTimeOffset edge = hours < 0 ? network.ValidAfter : network.ValidUntil;
        await using DirectoryFixture fixture = new(network, now: edge.AddHours(hours));
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Bootstrap.Current.Warning is not null);
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5));
        Assert.Null(fixture.Manager.Current);
        Assert.False(fixture.Manager.HasEnoughDirectoryInfo);
        Assert.DoesNotContain(fixture.Servers.Requests, request => request.IsMicrodescriptors);
        Assert.Contains(reason, fixture.Bootstrap.Current.Warning, StringComparison.Ordinal);
        // Once, however often it is seen.
        Assert.Single(fixture.Warnings);
    }

    [Fact]
    public async Task Clock_AYearAhead_SaysThatTheCertificatesAreExpired()
    {
        TestNetwork network = new();
        await using DirectoryFixture fixture = new(network, now: network.ValidAfter + 365 * Day);
        fixture.Run();
        await fixture.UntilAsync(() => fixture.Bootstrap.Current.Warning is not null);
        await fixture.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Contains("certificates", fixture.Bootstrap.Current.Warning, StringComparison.Ordinal);
        Assert.Null(fixture.Manager.Current);
        Assert.InRange(fixture.Servers.Requests.Count, 2, 30);
    }

    [Fact]
    public async Task Time_PassesWithoutNewConsensus_IsWithdrawnADayAfterItExpired()
    {
        await using DirectoryFixture fixture = new();
        await fixture.RunUntilReadyAsync();
        fixture.Servers.Intercept = _ => Task.FromResult<byte[]?>(FakeDirectory.Status("503 Busy"));
        fixture.Time.SetUtcNow(fixture.Network.ValidUntil + Day - TimeSpan.FromMinutes(2));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(90));
        Assert.True(fixture.Manager.HasEnoughDirectoryInfo);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(91));
        Assert.False(fixture.Manager.HasEnoughDirectoryInfo);
        Assert.Null(fixture.Manager.Current);
        Assert.NotNull(fixture.Bootstrap.Current.Warning);

        fixture.Servers.Intercept = null;
        fixture.Servers.Network = fixture.Network with { ValidAfter = fixture.Time.GetUtcNow() };
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Clock_JumpsAheadAndBack_TheConsensusIsTakenAgain()
    {
        await using DirectoryFixture fixture = new();
        await fixture.RunUntilReadyAsync();
        DateTimeOffset now = fixture.Time.GetUtcNow();
        fixture.Servers.Intercept = _ => Task.FromResult<byte[]?>(FakeDirectory.Status("304 Not modified"));
        fixture.Time.SetUtcNow(now + 10 * Day);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.Current is null, TimeSpan.FromMinutes(2));
        fixture.Time.AdjustTime(now);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.HasEnoughDirectoryInfo, TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task RequiredProtocol_ThatWeLack_StopsTheNode()
    {
        await using DirectoryFixture fixture = new(new TestNetwork { RequiredClientProtocols = "Cons=2 Relay=2,63" });
        fixture.Run();
        TorException e = await Assert.ThrowsAsync<TorException>(() => fixture.UntilAsync(() => false));
        Assert.Equal(TorErrorKind.Obsolete, e.Kind);
        Assert.Contains("Relay=63", e.Message, StringComparison.Ordinal);
        Assert.Null(fixture.Manager.Current);
    }

    [Fact]
    public async Task Diff_OfTheConsensusWeHave_IsApplied()
    {
        await using DirectoryFixture fixture = new();
        await fixture.RunUntilReadyAsync();
        fixture.Servers.Network = fixture.Network.Next;
        fixture.Servers.Intercept = request => Task.FromResult(request.IsConsensus ? FakeDirectory.Packed(TestDiff.Between(fixture.Network.Consensus, fixture.Servers.Network.Consensus)) : null);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.Current!.ValidAfter == fixture.Network.Next.ValidAfter, TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));
        SeenRequest request = fixture.Servers.Requests.Last(request => request.IsConsensus);
        Assert.Contains($"X-Or-Diff-From-Consensus: {TestDiff.SignedDigest(fixture.Network.Consensus)}\r\n", request.Head, StringComparison.Ordinal);
        Assert.Equal(fixture.Servers.Network.Consensus, await File.ReadAllTextAsync(Path.Combine(fixture.Path, DirectoryCache.Consensus)));
    }

    [Trait("Case", "B53")]
    [Fact]
    public async Task Diff_ThatDoesNotApply_IsFollowedByARequestForTheWhole()
    {
        await using DirectoryFixture fixture = new();
        await fixture.RunUntilReadyAsync();
        fixture.Servers.Network = fixture.Network.Next;
        string diff = TestDiff.Between(fixture.Network.Consensus, fixture.Servers.Network.Consensus).Replace("valid-until", "valid-untiI", StringComparison.Ordinal);
        fixture.Servers.Intercept = request => Task.FromResult(
            request.IsConsensus && request.Head.Contains("X-Or-Diff", StringComparison.Ordinal) ? FakeDirectory.Packed(diff) : null);
        await fixture.AdvanceUntilAsync(() => fixture.Manager.Current!.ValidAfter == fixture.Network.Next.ValidAfter, TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));
        SeenRequest[] asked = [.. fixture.Servers.Requests.Where(request => request.IsConsensus).TakeLast(2)];
        Assert.Contains("X-Or-Diff", asked[0].Head, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Or-Diff", asked[1].Head, StringComparison.Ordinal);
    }

    private static async Task RefreshOnceAsync(DirectoryFixture fixture)
    {
        int before = fixture.Servers.Requests.Count(request => request.IsConsensus);
        await fixture.AdvanceUntilAsync(() => fixture.Servers.Requests.Count(request => request.IsConsensus) > before, TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));
        await fixture.UntilAsync(() => fixture.Warnings.Any());
    }
}
