using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Documents;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Paths.Guards;

// Situations after C tor's src/test/test_entrynodes.c (expand_sample, update_from_consensus_*, confirming_guards, manage_primary, …).
public class GuardSampleTests
{
    [Fact]
    public void Update_FirstNetwork_SamplesTwentyListedGuards()
    {
        GuardFixture f = new();
        Assert.Equal(20, f.Sample.Sampled.Count);
        Assert.All(f.Sample.Sampled, guard =>
        {
            Assert.True(guard.IsListed && guard.IsFiltered && !guard.IsConfirmed);
            Assert.InRange(guard.SampledOn, f.Now - TimeSpan.FromDays(12) - TimeSpan.FromSeconds(1), f.Now);
            Assert.Equal("test", guard.SampledBy);
        });
        Assert.Equal(Enumerable.Range(0, 20), f.Sample.Sampled.Select(guard => guard.SampledIndex));
        Assert.Equal(20, f.Sample.Sampled.Select(guard => guard.RsaIdentity).Distinct().Count());
    }

    [Theory]
    [InlineData(RelayFlags.Guard)]
    [InlineData(RelayFlags.Stable)]
    [InlineData(RelayFlags.Fast)]
    [InlineData(RelayFlags.Valid)]
    [InlineData(RelayFlags.V2Dir)]
    public void IsPossibleGuard_WithoutAFlag_IsFalse(object missing)
    {
        Assert.True(GuardContext.IsPossibleGuard(SyntheticNetwork.Relay(0, SyntheticNetwork.UsualGuard)));
        Assert.False(GuardContext.IsPossibleGuard(SyntheticNetwork.Relay(0, SyntheticNetwork.UsualGuard & ~(RelayFlags)missing)));
    }

    [Fact]
    public void Update_Again_LeavesSampleAndPrimaryAsTheyAre()
    {
        GuardFixture f = new();
        Guard[] sampled = [.. f.Sample.Sampled];
        Guard[] primary = [.. f.Primary];
        f.Update();
        f.Update();
        Assert.Equal(sampled, f.Sample.Sampled);
        Assert.Equal(primary, f.Primary);
        Assert.Equal(sampled.Take(3), primary);
    }

    [Fact]
    public void Expand_GuardsKeepFailing_StopsAtMaximum()
    {
        GuardFixture f = new(); // 20 % of 150 is 30.
        for (int i = 0; i < 100 && f.TryPick() is { } attempt; i++)
            f.Fail(attempt);
        Assert.Equal(30, f.Sample.Sampled.Count);
    }

    [Fact]
    public void Expand_SmallNetwork_MayHoldAllOfIt()
    {
        GuardFixture f = new(guards: 8);
        Assert.Equal(8, f.Sample.Sampled.Count);
        Assert.Equal(3, f.Primary.Count);
    }

    [Fact]
    public void Expand_ConsensusTooOld_AddsNothing()
    {
        GuardFixture f = new();
        DateTimeOffset validUntil = f.Sample.Context!.Network.ValidUntil;
        GuardSample fresh = new(GuardSampleKind.Default, f.Random, "test");
        fresh.Update(f.Sample.Context, validUntil + TimeSpan.FromHours(25));
        Assert.Empty(fresh.Sampled);
        fresh.Update(f.Sample.Context, validUntil + TimeSpan.FromHours(23));
        Assert.Equal(20, fresh.Sampled.Count);
    }

    [Fact]
    public void Expand_WeightZeroGuards_AreNeverSampled()
    {
        GuardFixture f = new();
        for (int i = 0; i < GuardFixture.Guards; i++)
        {
            if (i % 2 == 0)
                f.Relays[i] = f.Relays[i] with { Bandwidth = 0 };
        }

        GuardSample fresh = new(GuardSampleKind.Default, f.Random, "test");
        fresh.Update(new GuardContext(SyntheticNetwork.Of(f.Relays), PathConstraints.None), f.Now);
        Assert.All(fresh.Sampled, guard => Assert.NotEqual(0u, guard.Relay!.Bandwidth));
    }

    [Fact]
    public void Update_GuardNoLongerListed_IsNotUsedAndForgottenAfterTwentyDays()
    {
        GuardFixture f = new();
        Guard first = f.Primary[0];
        f.Unlist(first);
        f.Update();
        Assert.False(first.IsListed);
        Assert.False(first.IsFiltered);
        Assert.InRange(first.UnlistedSince!.Value, f.Now - TimeSpan.FromDays(4) - TimeSpan.FromSeconds(1), f.Now);
        Assert.DoesNotContain(first, f.Primary);
        f.Now = first.UnlistedSince.Value + TimeSpan.FromDays(20);
        f.Update();
        Assert.Contains(first, f.Sample.Sampled);
        f.Now += TimeSpan.FromSeconds(1);
        f.Update();
        Assert.DoesNotContain(first, f.Sample.Sampled);
    }

    [Fact]
    public void Update_GuardListedAgain_TakesItsPlaceBack()
    {
        GuardFixture f = new();
        f.Succeed(f.Pick());
        Guard first = f.Primary[0];
        Relay relay = first.Relay!;
        f.Unlist(first);
        f.Update();
        f.Change(first, _ => relay);
        f.Now += TimeSpan.FromDays(3);
        f.Update();
        Assert.True(first.IsListed);
        Assert.Null(first.UnlistedSince);
        Assert.Same(first, f.Primary[0]);
    }

    [Fact]
    public void Update_InconsistentListing_IsRepaired()
    {
        GuardFixture f = new();
        f.Sample.Sampled[0].UnlistedSince = f.Now - TimeSpan.FromDays(50);
        f.Unlist(f.Sample.Sampled[1]);
        f.Sample.Sampled[1].IsListed = false;
        Guard second = f.Sample.Sampled[1];
        f.Update();
        Assert.Null(f.Sample.Sampled[0].UnlistedSince);
        Assert.NotNull(second.UnlistedSince);
    }

    [Fact]
    public void Update_UnconfirmedGuardAfterItsLifetime_IsForgotten()
    {
        GuardFixture f = new();
        Guard first = f.Sample.Sampled[0];
        f.Now = first.SampledOn + TimeSpan.FromDays(120);
        f.Update();
        Assert.Contains(first, f.Sample.Sampled);
        f.Now += TimeSpan.FromSeconds(1);
        f.Update();
        Assert.DoesNotContain(first, f.Sample.Sampled);
    }

    [Fact]
    public void Update_ConfirmedGuardAfterItsLifetime_IsForgottenAndOthersCloseUp()
    {
        GuardFixture f = new();
        foreach (Guard guard in f.Sample.Sampled.Take(4).ToList())
            f.Sample.Confirm(guard, f.Now);
        Guard oldest = f.Sample.Confirmed.MinBy(guard => guard.ConfirmedOn)!;
        f.Now = oldest.ConfirmedOn!.Value + TimeSpan.FromDays(60) + TimeSpan.FromSeconds(1);
        f.Update();
        Assert.DoesNotContain(oldest, f.Sample.Sampled);
        Assert.DoesNotContain(oldest, f.Primary);
        Assert.Equal(
            Enumerable.Range(0, f.Sample.Confirmed.Count),
            f.Sample.Confirmed.Select(guard => guard.ConfirmedIndex!.Value).Order());
    }

    [Fact]
    public void Update_OldConsensus_ForgetsNobody()
    {
        GuardFixture f = new();
        Guard[] before = [.. f.Sample.Sampled];
        f.Sample.Update(f.Sample.Context!, f.Now + TimeSpan.FromDays(200));
        Assert.Equal(before, f.Sample.Sampled);
    }

    [Fact]
    public void Confirm_LaterSample_ComesLastAmongPrimary()
    {
        GuardFixture f = new();
        Guard[] before = [.. f.Primary];
        Guard later = f.Sample.Sampled.First(guard => !guard.IsPrimary);
        f.Sample.Confirm(later, f.Now);
        Assert.Equal([before[0], before[1], later], f.Primary);
        Assert.False(before[2].IsPrimary);
        Assert.Equal([before[0], before[1], later], f.Primary);
    }

    [Fact]
    public void Confirm_AnyOrder_ListIsInSamplingOrder()
    {
        GuardFixture f = new();
        int[] order = [5, 2, 9, 0];
        foreach (int index in order)
            f.Sample.Confirm(f.Sample.Sampled[index], f.Now);
        Assert.Equal([0, 2, 5, 9], f.Sample.Confirmed.Select(guard => guard.SampledIndex));
        Assert.Equal([3, 1, 0, 2], f.Sample.Confirmed.Select(guard => guard.ConfirmedIndex!.Value));
        Assert.All(f.Sample.Confirmed, guard =>
            Assert.InRange(guard.ConfirmedOn!.Value, f.Now - TimeSpan.FromDays(12) - TimeSpan.FromSeconds(1), f.Now));
    }

    [Fact]
    public void Update_OptionsExcludePrimary_UsesOthersAndGoesBackLater()
    {
        GuardFixture f = new();
        Guard[] before = [.. f.Primary];
        Assert.True(RelaySet.TryParse(before[0].RsaIdentity.ToString(), "ExcludeNodes", out RelaySet excluded, out _));
        f.Constraints = PathConstraints.None with { ExcludeNodes = excluded };
        f.Update();
        Assert.False(before[0].IsFiltered);
        Assert.Equal(3, f.Primary.Count);
        Assert.DoesNotContain(before[0], f.Primary);
        f.Constraints = PathConstraints.None;
        f.Update();
        Assert.Contains(before[0], f.Sample.Sampled);
        Assert.True(before[0].IsFiltered);
    }

    [Fact]
    public void Update_ReachableAddressesExcludeAll_LeavesNoneUsable()
    {
        Assert.True(AddressPolicy.TryParse("reject *:9001", "ReachableAddresses", out AddressPolicy policy, out _));
        GuardFixture f = new(constraints: PathConstraints.None with { ReachableAddresses = policy });
        Assert.Equal(30, f.Sample.Sampled.Count); // Looked for one that can be reached as long as allowed.
        Assert.Empty(f.Primary);
        Assert.Null(f.TryPick());
    }

    [Fact]
    public void Restricted_EntryNodes_SamplesOnlyThose()
    {
        string names = string.Join(',', Enumerable.Range(0, 5).Select(i => $"relay{i}"));
        Assert.True(RelaySet.TryParse(names, "EntryNodes", out RelaySet entryNodes, out _));
        GuardFixture f = new(constraints: PathConstraints.None with { EntryNodes = entryNodes }, kind: GuardSampleKind.Restricted);
        Assert.Equal(5, f.Sample.Sampled.Count);
        Assert.Equal(3, f.Primary.Count);
    }

    [Theory]
    [InlineData(null, 30, GuardSampleKind.Default)]
    [InlineData(null, 29, GuardSampleKind.Restricted)]
    [InlineData(GuardSampleKind.Restricted, 30, GuardSampleKind.Restricted)]
    [InlineData(GuardSampleKind.Restricted, 31, GuardSampleKind.Default)]
    [InlineData(GuardSampleKind.Default, 29, GuardSampleKind.Default)]
    [InlineData(GuardSampleKind.Default, 27, GuardSampleKind.Restricted)]
    public void SampleChoice_AroundTwentyPercent_DoesNotFlap(object? current, int allowed, object expected)
    {
        string names = string.Join(',', Enumerable.Range(0, allowed).Select(i => $"relay{i}"));
        Assert.True(RelaySet.TryParse(names, "EntryNodes", out RelaySet entryNodes, out _));
        GuardFixture f = new();
        GuardContext context = new(f.Sample.Context!.Network, PathConstraints.None with { EntryNodes = entryNodes });
        GuardSampleChoice choice = GuardSampleChoice.For(context, (GuardSampleKind?)current);
        Assert.Equal((GuardSampleKind)expected, choice.Kind);
        Assert.False(choice.IsExtreme);
    }

    [Fact]
    public void SampleChoice_NothingAllowed_IsExtreme()
    {
        Assert.True(RelaySet.TryParse("nobody", "EntryNodes", out RelaySet entryNodes, out _));
        GuardFixture f = new();
        GuardSampleChoice choice = GuardSampleChoice.For(
            new GuardContext(f.Sample.Context!.Network, PathConstraints.None with { EntryNodes = entryNodes }), null);
        Assert.True(choice.IsExtreme);
        Assert.Equal(GuardSampleKind.Restricted, choice.Kind);
    }

    [Fact]
    public void Restart_KeepsEveryGuardAndItsRank()
    {
        GuardFixture f = new();
        f.Succeed(f.Pick());
        string[] before = [.. f.Sample.Format()];
        f.Restart();
        Assert.Equal(before, f.Sample.Format());
        Assert.Equal(before.Take(3), f.Sample.Format().Take(3));
        Assert.True(f.Primary[0].IsConfirmed);
        Assert.Equal(f.Sample.Sampled.Take(3), f.Primary);
    }

    [Fact]
    public void Parameters_FromConsensus_AreUsedAndClamped()
    {
        GuardParameters numbers = GuardParameters.From(new ConsensusParameters(new Dictionary<string, int>
        {
            ["guard-max-sample-size"] = 31,
            ["guard-min-filtered-sample-size"] = 5,
            ["guard-lifetime-days"] = 0,
            ["guard-n-primary-guards"] = 4,
            ["guard-n-primary-guards-to-use"] = 2,
            ["guard-extreme-restriction-percent"] = 1000,
        }));
        Assert.Equal((31, 5, 4, 2), (numbers.MaxSampleSize, numbers.MinFilteredSampleSize, numbers.PrimaryGuards, numbers.GuardsToUse));
        Assert.Equal(TimeSpan.FromDays(1), numbers.Lifetime);
        Assert.Equal(1.0, numbers.ExtremeRestriction);
        Assert.Equal(5, GuardParameters.From(ConsensusParameters.Default, numEntryGuards: 5).PrimaryGuards);
        Assert.Equal((20, 60, 3, 1, 3), (GuardParameters.Default.MinFilteredSampleSize, GuardParameters.Default.MaxSampleSize,
            GuardParameters.Default.PrimaryGuards, GuardParameters.Default.GuardsToUse, GuardParameters.Default.DirectoryGuardsToUse));
    }
}
