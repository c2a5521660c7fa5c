using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Paths.Guards;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Paths.Guards;

// Situations after C tor's src/test/test_entrynodes.c: select_for_circuit_*, select_and_cancel, drop_guards, retry_unreachable, upgrade_*.
public class GuardSelectorTests
{
    private readonly GuardFixture _f = new();

    [Fact]
    public void Pick_Fresh_IsFirstPrimaryAndUsableOnCompletion()
    {
        for (int i = 0; i < 20; i++)
        {
            GuardAttempt attempt = _f.Pick();
            Assert.Same(_f.Primary[0], attempt.Guard);
            Assert.Equal(GuardAttemptState.UsableOnCompletion, attempt.State);
            Assert.False(attempt.Guard.IsPending);
            Assert.Equal(_f.Now, attempt.Guard.LastTried);
        }
    }

    [Fact]
    public void Success_ThroughPrimary_IsUsableNowAndConfirms()
    {
        GuardAttempt attempt = _f.Pick();
        Assert.Equal(GuardVerdict.UsableNow, _f.Succeed(attempt));
        Assert.Equal(GuardReachability.Yes, attempt.Guard.Reachability);
        Assert.Equal(0, attempt.Guard.ConfirmedIndex);
        Assert.Equal(GuardVerdict.UsableNow, _f.Succeed(_f.Pick()));
    }

    // P09: who answers first does not win.
    [Fact]
    public void Success_OfSecondPrimaryFirst_DoesNotMakeItThePreferredOne()
    {
        Guard[] before = [.. _f.Primary];
        GuardAttempt slow = _f.Pick();
        _f.Fail(_f.Pick());
        GuardAttempt second = _f.Pick();
        Assert.Same(before[1], second.Guard);
        Assert.Equal(GuardVerdict.UsableNow, _f.Succeed(second));
        Assert.Equal(GuardVerdict.UsableNow, _f.Succeed(slow));
        Assert.Equal(before, _f.Primary);
        Assert.Same(before[0], _f.Pick().Guard);
    }

    [Fact]
    public void Pick_PrimariesFailInTurn_CascadesInSamplingOrder()
    {
        List<Guard> picked = [];
        for (int i = 0; i < 8; i++)
        {
            GuardAttempt attempt = _f.Pick();
            picked.Add(attempt.Guard);
            _f.Fail(attempt);
        }

        Assert.Equal(_f.Sample.Sampled.Take(8), picked);
    }

    [Fact]
    public void Pick_PrimaryKeepsUsWaiting_OtherPrimariesServeUntilItAnswers()
    {
        GuardAttempt asked = _f.Pick();
        _f.Selector.NoteAsked(asked, _f.Now);
        _f.Now += TimeSpan.FromSeconds(9);
        Assert.Same(asked.Guard, _f.Pick().Guard);
        _f.Now += TimeSpan.FromSeconds(1);
        GuardAttempt other = _f.Pick();
        Assert.Same(_f.Primary[1], other.Guard);
        Assert.Equal(GuardAttemptState.UsableOnCompletion, other.State);
        Assert.NotEqual(GuardReachability.No, asked.Guard.Reachability);

        // It answers something else: it is there.
        GuardAttempt another = new(asked.Guard, GuardUsage.Traffic, GuardRestriction.None, GuardAttemptState.UsableOnCompletion, _f.Now);
        _f.Selector.NoteAnswered(another);
        Assert.Same(asked.Guard, _f.Pick().Guard);
    }

    [Fact]
    public void Pick_AllPrimariesKeepUsWaiting_GoesNoFurther()
    {
        foreach (Guard guard in _f.Primary.ToList())
        {
            GuardAttempt asked = _f.Pick();
            Assert.Same(guard, asked.Guard);
            _f.Selector.NoteAsked(asked, _f.Now);
            _f.Now += TimeSpan.FromSeconds(10);
        }

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Same(_f.Primary[0], _f.Pick().Guard));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pick_AfterWhatKeptUsWaitingIsOver_GoesByTheVerdictAlone(bool failed)
    {
        GuardAttempt asked = _f.Pick();
        _f.Selector.NoteAsked(asked, _f.Now);
        _f.Now += TimeSpan.FromSeconds(20);
        if (failed)
            _f.Selector.NoteFailure(asked, _f.Now);
        else
            _f.Selector.NoteAbandoned(asked, _f.Now);
        Assert.Same(_f.Primary[failed ? 1 : 0], _f.Pick().Guard);
    }

    [Fact]
    public void Pick_PrimariesDown_NextIsPendingAndTheOneAfterIsAnother()
    {
        _f.FailAllPrimary();
        GuardAttempt first = _f.Pick();
        GuardAttempt second = _f.Pick();
        Assert.Equal(GuardAttemptState.UsableIfNoBetterGuard, first.State);
        Assert.True(first.Guard.IsPending && !first.Guard.IsPrimary);
        Assert.NotSame(first.Guard, second.Guard);
    }

    [Fact]
    public void Pick_PrimariesDownAndOthersConfirmed_PrefersConfirmed()
    {
        Guard confirmed = _f.Sample.Sampled[15];
        foreach (Guard guard in _f.Primary)
            _f.Sample.Confirm(guard, _f.Now);
        _f.Sample.Confirm(confirmed, _f.Now);
        _f.FailAllPrimary();
        Assert.Same(confirmed, _f.Pick().Guard);
        Assert.False(_f.Pick().Guard.IsConfirmed); // The confirmed one is pending.
    }

    [Fact]
    public void Abandoned_PendingGuard_IsPickedAgain()
    {
        _f.FailAllPrimary();
        GuardAttempt first = _f.Pick();
        _f.Selector.NoteAbandoned(first, _f.Now);
        Assert.False(first.Guard.IsPending);
        Assert.Equal(GuardReachability.Maybe, first.Guard.Reachability);
        Assert.Same(first.Guard, _f.Pick().Guard);
    }

    // B62: what is not the guard's fault does not count against it.
    [Fact]
    public void Abandoned_Primary_StaysPreferred()
    {
        for (int i = 0; i < 100; i++)
            _f.Selector.NoteAbandoned(_f.Pick(), _f.Now);
        Assert.Equal(GuardReachability.Maybe, _f.Primary[0].Reachability);
        Assert.Same(_f.Primary[0], _f.Pick().Guard);
    }

    [Trait("Case", "B58")]
    [Fact]
    public void Pick_PrimaryWithoutMicrodescriptor_IsPassedOverForTrafficOnly()
    {
        Guard first = _f.Primary[0];
        _f.Change(first, relay => relay with { Microdescriptor = null });
        _f.Update();
        Assert.True(_f.Selector.LacksDescriptors(_f.Now));
        Assert.Same(_f.Primary[1], _f.Pick().Guard);
        Assert.Contains(first, Enumerable.Range(0, 50).Select(_ => _f.Pick(GuardUsage.Directory).Guard));
        Assert.Equal(GuardReachability.Maybe, first.Reachability);
    }

    [Fact]
    public void Pick_Directory_IsSpreadOverThreePrimaries()
    {
        Dictionary<Guard, int> picks = [];
        for (int i = 0; i < 300; i++)
        {
            Guard guard = _f.Pick(GuardUsage.Directory).Guard;
            picks[guard] = picks.GetValueOrDefault(guard) + 1;
        }

        Assert.Equal(3, picks.Count);
        Assert.All(picks, pick => Assert.InRange(pick.Value, 60, 140));
        Assert.All(picks.Keys, guard => Assert.True(guard.IsPrimary));
    }

    [Fact]
    public void DirectoryFailure_LeavesTrafficAlone()
    {
        Guard first = _f.Primary[0];
        GuardAttempt attempt;
        do
            attempt = _f.Pick(GuardUsage.Directory);
        while (attempt.Guard != first);
        _f.Selector.NoteDirectoryFailure(attempt, _f.Now);
        Assert.Same(first, _f.Pick().Guard);
        Assert.DoesNotContain(first, Enumerable.Range(0, 50).Select(_ => _f.Pick(GuardUsage.Directory).Guard));
        _f.Now += TimeSpan.FromSeconds(60);
        Assert.Contains(first, Enumerable.Range(0, 50).Select(_ => _f.Pick(GuardUsage.Directory).Guard));
    }

    [Trait("Case", "B60")]
    [Fact]
    public void Pick_AwayFromExit_SkipsSameRelayFamilyAndNetwork()
    {
        Guard[] primary = [.. _f.Primary];
        Relay exit = SyntheticNetwork.Relay(999).WithFamilyIds("f") with { OrPort = primary[1].Relay!.OrPort };
        _f.Change(primary[0], relay => relay.WithFamilyIds("f"));
        _f.Update();
        Assert.Same(primary[2], _f.Pick(restriction: GuardRestriction.ForExit(exit)).Guard);
        Assert.Same(primary[1], _f.Pick(restriction: GuardRestriction.ForExit(primary[0].Relay!)).Guard);
        Assert.Same(primary[0], _f.Pick().Guard);
    }

    // An exit that excludes a guard must not be able to choose who comes next: TROVE-2017-006, bug 22753.
    [Trait("Case", "B60")]
    [Fact]
    public void Pick_EveryGuardConflicts_FindsNone()
    {
        for (int i = 0; i < _f.Relays.Count; i++)
            _f.Relays[i] = _f.Relays[i].At($"192.0.2.{i % 250}:9001");
        _f.Constraints = PathConstraints.None;
        _f.Update();
        Assert.Null(_f.TryPick(restriction: GuardRestriction.ForExit(_f.Relays[200])));
        _f.Constraints = PathConstraints.None with { EnforceDistinctSubnets = false };
        _f.Update();
        Assert.NotNull(_f.TryPick(restriction: GuardRestriction.ForExit(_f.Relays[200])));
    }

    [Fact]
    public void Pick_OutdatedDirectory_TakesTheNextPrimary()
    {
        GuardRestriction restriction = new() { Outdated = [_f.Primary[0].RsaIdentity, _f.Primary[1].RsaIdentity] };
        for (int i = 0; i < 20; i++)
            Assert.Same(_f.Primary[2], _f.Pick(GuardUsage.Directory, restriction).Guard);
    }

    // A server that lacks a document does not use up one of the places that requests are spread over; a forbidden path does.
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public void Pick_FirstOfTwoPlacesTaken_CountsOnlyPathRestrictions(bool outdated, int spread)
    {
        GuardFixture f = new(parameters: new Dictionary<string, int> { ["guard-n-primary-dir-guards-to-use"] = 2 });
        GuardRestriction restriction = outdated
            ? new GuardRestriction { Outdated = [f.Primary[0].RsaIdentity] }
            : GuardRestriction.ForExit(f.Primary[0].Relay!);
        HashSet<Guard> picked = [.. Enumerable.Range(0, 60).Select(_ => f.Pick(GuardUsage.Directory, restriction).Guard)];
        Assert.Equal(f.Primary.Skip(1).Take(spread).ToHashSet(), picked);
    }

    [Fact]
    public void Failure_Primary_IsRetriedAfterThirtySecondsThenAtRandomLaterTimes()
    {
        Guard first = _f.Primary[0];
        _f.Fail(_f.Pick());
        Assert.Equal(_f.Now + TimeSpan.FromSeconds(30), first.RetryAt);
        Assert.NotSame(first, _f.Pick().Guard);
        _f.Now += TimeSpan.FromSeconds(30);
        Assert.Same(first, _f.Pick().Guard);
        DateTimeOffset failingSince = first.FailingSince!.Value;
        TimeSpan last = TimeSpan.FromSeconds(30);
        for (int i = 0; i < 40; i++)
        {
            GuardAttempt attempt = _f.Pick();
            Assert.Same(first, attempt.Guard);
            _f.Fail(attempt);
            TimeSpan delay = first.RetryAt!.Value - _f.Now;
            Assert.InRange(delay, TimeSpan.FromSeconds(30), TimeSpan.FromTicks(Math.Min(3 * last.Ticks, TimeSpan.FromHours(9).Ticks)));
            last = delay;
            _f.Now = first.RetryAt.Value;
        }

        Assert.Equal(failingSince, first.FailingSince);
        Assert.True(last > TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Failure_OfManyCircuitsAtOnce_CountsOnce()
    {
        GuardAttempt[] attempts = [.. Enumerable.Range(0, 10).Select(_ => _f.Pick())];
        foreach (GuardAttempt attempt in attempts)
            _f.Fail(attempt);
        Assert.Equal(_f.Now + TimeSpan.FromSeconds(30), attempts[0].Guard.RetryAt);
        _f.Now += TimeSpan.FromSeconds(30);
        Assert.Same(attempts[0].Guard, _f.Pick().Guard);
    }

    [Fact]
    public void Success_AfterFailures_ForgetsThem()
    {
        Guard first = _f.Primary[0];
        GuardAttempt slow = _f.Pick();
        _f.Fail(_f.Pick());
        _f.Succeed(slow);
        Assert.Null(first.FailingSince);
        Assert.Null(first.RetryAt);
        _f.Fail(_f.Pick());
        Assert.Equal(_f.Now + TimeSpan.FromSeconds(30), first.RetryAt);
    }

    [Fact]
    public void Success_ThroughOther_WaitsForBetterUntilPrimariesHaveFailed()
    {
        ConfirmPrimaries();
        Assert.Equal(GuardVerdict.UsableNow, _f.Succeed(_f.Pick())); // We are on the Internet.
        _f.FailAllPrimary();
        GuardAttempt other = _f.Pick();
        _f.Now += TimeSpan.FromSeconds(1);
        Guard retried = _f.Primary[0];
        retried.MarkMaybeReachable();
        Assert.Equal(GuardVerdict.WaitForBetterGuard, _f.Succeed(other));
        Assert.Empty(_f.Selector.Upgrade(_f.Now));
        GuardAttempt better = _f.Pick();
        Assert.Same(retried, better.Guard);
        _f.Fail(better);
        Assert.Equal([other], _f.Selector.Upgrade(_f.Now));
        Assert.Equal(GuardAttemptState.Complete, other.State);
    }

    [Fact]
    public void Success_ThroughOtherAfterLongSilence_GivesPrimariesAnotherChance()
    {
        ConfirmPrimaries();
        _f.FailAllPrimary();
        GuardAttempt other = _f.Pick(); // Nothing has ever succeeded: the network may just have come up.
        Assert.Equal(GuardVerdict.WaitForBetterGuard, _f.Succeed(other));
        Assert.All(_f.Primary.Where(guard => guard != other.Guard), guard => Assert.Equal(GuardReachability.Maybe, guard.Reachability));
        Assert.Empty(_f.Selector.Upgrade(_f.Now));
    }

    [Fact]
    public void Success_ThroughOtherWhileFewAreConfirmed_MakesItPrimaryAndUsable()
    {
        Guard last = _f.Primary[2];
        _f.FailAllPrimary();
        GuardAttempt other = _f.Pick();
        Assert.Equal(GuardVerdict.UsableNow, _f.Succeed(other));
        Assert.Same(other.Guard, _f.Primary[2]);
        Assert.False(last.IsPrimary);
    }

    [Fact]
    public void Success_ThroughGuardThatBecamePrimary_IsUsableNow()
    {
        _f.FailAllPrimary();
        GuardAttempt other = _f.Pick();
        foreach (Guard guard in _f.Primary.ToList())
            _f.Unlist(guard);
        _f.Update();
        Assert.True(other.Guard.IsPrimary);
        Assert.Equal(GuardVerdict.UsableNow, _f.Succeed(other));
    }

    [Fact]
    public void Upgrade_BetterGuardIsBeingTried_WaitsFifteenSecondsForIt()
    {
        (GuardAttempt better, GuardAttempt waiting) = TwoConfirmedOthers();
        Assert.Equal(GuardVerdict.WaitForBetterGuard, _f.Succeed(waiting));
        Assert.Empty(_f.Selector.Upgrade(_f.Now));
        Assert.Equal(better.StateSince + TimeSpan.FromSeconds(15), _f.Selector.NextUpgrade(_f.Now));
        _f.Now = better.StateSince + TimeSpan.FromSeconds(15);
        KeepPrimariesDown();
        Assert.Equal([waiting], _f.Selector.Upgrade(_f.Now));
    }

    [Fact]
    public void Upgrade_BetterGuardWorks_KeepsWaiting()
    {
        (GuardAttempt better, GuardAttempt waiting) = TwoConfirmedOthers();
        _f.Succeed(waiting);
        Assert.Equal(GuardVerdict.WaitForBetterGuard, _f.Succeed(better));
        Assert.Equal([better], _f.Selector.Upgrade(_f.Now));
        Assert.Equal(GuardAttemptState.WaitingForBetterGuard, waiting.State);
    }

    [Fact]
    public void Upgrade_BetterGuardIsNotAllowedForThisCircuit_DoesNotWaitForIt()
    {
        (GuardAttempt better, _) = TwoConfirmedOthers();
        GuardAttempt restricted = _f.Pick(restriction: GuardRestriction.ForExit(better.Guard.Relay!));
        _f.Succeed(restricted);
        _f.Selector.Open.Where(attempt => attempt != restricted && attempt != better).ToList().ForEach(attempt => _f.Selector.NoteAbandoned(attempt, _f.Now));
        Assert.Equal([restricted], _f.Selector.Upgrade(_f.Now));
    }

    [Fact]
    public void Upgrade_WorseGuardIsBeingTried_DoesNotWaitForIt()
    {
        (GuardAttempt better, _) = TwoConfirmedOthers();
        _f.Succeed(better);
        Assert.Equal([better], _f.Selector.Upgrade(_f.Now));
    }

    [Fact]
    public void Upgrade_WaitedTenMinutes_IsDiscarded()
    {
        ConfirmPrimaries();
        _f.Succeed(_f.Pick());
        _f.FailAllPrimary();
        GuardAttempt other = _f.Pick();
        _f.Primary[0].MarkMaybeReachable();
        _f.Succeed(other);
        _f.Now += TimeSpan.FromMinutes(10);
        Assert.Empty(_f.Selector.Upgrade(_f.Now));
        _f.Now += TimeSpan.FromSeconds(1);
        Assert.Equal([other], _f.Selector.Upgrade(_f.Now));
        Assert.Equal(GuardAttemptState.Dead, other.State);
        Assert.Empty(_f.Selector.Open);
        Assert.Null(_f.Selector.NextUpgrade(_f.Now));
    }

    [Fact]
    public void Success_ThroughGuardThatWasForgotten_IsDiscarded()
    {
        _f.FailAllPrimary();
        GuardAttempt attempt = _f.Pick();
        _f.Unlist(attempt.Guard);
        _f.Update();
        _f.Now += TimeSpan.FromDays(21);
        _f.Update();
        Assert.Equal(GuardVerdict.Discard, _f.Succeed(attempt));
        Assert.False(attempt.Guard.IsConfirmed);
    }

    [Fact]
    public void Pick_EverythingDown_TriesPrimariesAgainWithinAMinute()
    {
        while (_f.TryPick() is { } attempt)
            _f.Fail(attempt);
        for (int round = 0; round < 50; round++)
        {
            DateTimeOffset next = _f.Selector.NextTry(GuardUsage.Traffic)!.Value;
            Assert.InRange(next - _f.Now, TimeSpan.Zero, TimeSpan.FromMinutes(1));
            _f.Now = next;
            Assert.NotNull(_f.TryPick());
            while (_f.TryPick() is { } attempt)
                _f.Fail(attempt);
        }

        _f.Now = _f.Selector.NextTry(GuardUsage.Traffic)!.Value;
        GuardAttempt back = _f.Pick();
        _f.Succeed(back);
        Assert.True(back.Guard.IsPrimary);
    }

    [Fact]
    public void Pick_NumEntryGuardsTwo_SpreadsOverTwo()
    {
        GuardContext context = new(_f.Sample.Context!.Network, PathConstraints.None, numEntryGuards: 2);
        _f.Sample.Update(context, _f.Now);
        HashSet<Guard> picked = [.. Enumerable.Range(0, 100).Select(_ => _f.Pick().Guard)];
        Assert.Equal(_f.Primary.Take(2).ToHashSet(), picked);
    }

    // Two confirmed guards that are not primary, both under way, all primaries down, and the network known to be up.
    private (GuardAttempt Better, GuardAttempt Worse) TwoConfirmedOthers()
    {
        foreach (Guard guard in _f.Sample.Sampled.Take(5).ToList())
            _f.Sample.Confirm(guard, _f.Now);
        _f.Succeed(_f.Pick());
        _f.FailAllPrimary();
        return (_f.Pick(), _f.Pick());
    }

    // Else the next one to succeed would be confirmed before them, and primary by that.
    private void ConfirmPrimaries()
    {
        foreach (Guard guard in _f.Primary.ToList())
            _f.Sample.Confirm(guard, _f.Now);
    }

    private void KeepPrimariesDown()
    {
        foreach (Guard guard in _f.Primary)
            guard.NoteFailure(_f.Now, _f.Random);
    }
}
