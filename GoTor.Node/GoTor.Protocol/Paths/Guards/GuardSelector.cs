using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>
/// Picks guards for circuits and learns from what became of them. guard-spec §4.6 to §4.9: a primary guard when any may be up; else the
/// next best, whose circuit then waits until the better ones have had their chance. One caller at a time.
/// </summary>
internal sealed class GuardSelector(GuardSample sample, TorRandom random)
{
    // One round trip to a relay, which drops requests that it cannot answer within two seconds.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    // While every guard is down the network probably is: look for it often, with the guards that we want to use.
    private readonly RetrySchedule _outage = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
    private readonly List<GuardAttempt> _open = [];
    private readonly List<GuardAttempt> _unanswered = [];
    private DateTimeOffset? _outageRetryAt;
    private DateTimeOffset _lastOnInternet = DateTimeOffset.MinValue;

    public GuardSample Sample => sample;

    /// <summary>Attempts through guards that are not primary and have no verdict yet.</summary>
    public IReadOnlyList<GuardAttempt> Open => _open;

    /// <summary>Picks a guard.</summary>
    /// <returns>Null when none may be used now: see <see cref="NextTry"/>.</returns>
    public GuardAttempt? Pick(GuardUsage usage, GuardRestriction restriction, DateTimeOffset now)
    {
        if (sample.Context is not { } context)
            return null;
        if (_outageRetryAt <= now)
            EndOutage(now);
        sample.Expand(now);
        sample.ConsiderRetries(now);
        if (PickPrimary(usage, restriction, now) is { } primary)
            return Start(primary, usage, restriction, GuardAttemptState.UsableOnCompletion, now);
        Guard? next = sample.Confirmed.Concat(sample.Sampled.Where(guard => !guard.IsConfirmed))
            .FirstOrDefault(guard => guard is { IsPrimary: false, IsPending: false, IsUsable: true }
                && guard.Serves(usage, now) && Allows(restriction, guard, context));
        if (next is not null)
            return Start(next, usage, restriction, GuardAttemptState.UsableIfNoBetterGuard, now);
        if (_outageRetryAt is null && AllPrimaryAreDown(now))
            _outageRetryAt = now + _outage.Next(random);
        return null;
    }

    /// <summary>The connection stands, and the guard has been asked for the circuit.</summary>
    public void NoteAsked(GuardAttempt attempt, DateTimeOffset now)
    {
        if (attempt.IsSettled)
            return;
        attempt.AskedAt = now;
        _unanswered.Add(attempt);
    }

    /// <summary>It has answered: it is there, whatever else it was asked.</summary>
    public void NoteAnswered(GuardAttempt attempt) => _unanswered.RemoveAll(other => other.Guard == attempt.Guard);

    /// <summary>What was built through the guard stands.</summary>
    public GuardVerdict NoteSuccess(GuardAttempt attempt, DateTimeOffset now)
    {
        if (sample.Context is not { } context || attempt.IsSettled || sample.Find(attempt.Guard.RsaIdentity) != attempt.Guard)
            return Settle(attempt, attempt.State == GuardAttemptState.Complete ? GuardAttemptState.Complete : GuardAttemptState.Dead, now);
        bool wasLongOffline = _lastOnInternet < now - context.Parameters.InternetLikelyDownInterval;
        NoteNetworkActivity(now);
        attempt.Guard.NoteSuccess(attempt.Usage);
        sample.Confirm(attempt.Guard, now);
        IReadOnlyList<Guard> primary = sample.Primary(now);
        if (attempt.State == GuardAttemptState.UsableOnCompletion || attempt.Guard.IsPrimary)
            return Settle(attempt, GuardAttemptState.Complete, now);
        // The network has just come back: the failures of better guards may have been its fault.
        if (wasLongOffline)
        {
            foreach (Guard guard in primary)
                guard.MarkMaybeReachable();
        }

        attempt.MoveTo(GuardAttemptState.WaitingForBetterGuard, now);
        return GuardVerdict.WaitForBetterGuard;
    }

    /// <summary>It is the guard's fault: it could not be reached, or was not who it should be.</summary>
    public void NoteFailure(GuardAttempt attempt, DateTimeOffset now)
    {
        if (!attempt.IsSettled)
            attempt.Guard.NoteFailure(now, random);
        Settle(attempt, GuardAttemptState.Dead, now);
    }

    /// <summary>It answered, but not as a directory server should: it is left alone as one for a while, and is up otherwise.</summary>
    public void NoteDirectoryFailure(GuardAttempt attempt, DateTimeOffset now)
    {
        attempt.Guard.NoteDirectoryFailure(now, random);
        Settle(attempt, GuardAttemptState.Dead, now);
    }

    /// <summary>It ended for reasons that say nothing about the guard.</summary>
    public void NoteAbandoned(GuardAttempt attempt, DateTimeOffset now)
    {
        if (attempt.IsSettled)
            return;
        attempt.Guard.IsPending = false;
        Settle(attempt, GuardAttemptState.Dead, now);
    }

    /// <summary>A cell has arrived from somewhere: we are on the Internet.</summary>
    public void NoteNetworkActivity(DateTimeOffset now)
    {
        _lastOnInternet = now;
        _outage.Reset();
        _outageRetryAt = null;
    }

    /// <summary>Settles attempts that wait: completes those that nothing better stands before, discards those that waited too long.</summary>
    public IReadOnlyList<GuardAttempt> Upgrade(DateTimeOffset now)
    {
        if (sample.Context is not { } context || _open.Count == 0)
            return [];
        List<GuardAttempt> settled = [];
        foreach (GuardAttempt attempt in _open.Where(IsWaiting).ToList())
        {
            if (now - attempt.StateSince > context.Parameters.NonPrimaryIdleTimeout || sample.Find(attempt.Guard.RsaIdentity) != attempt.Guard)
                Settle(attempt, GuardAttemptState.Dead, now);
            else if (attempt.Guard.IsPrimary || (AllPrimaryAreDown(now) && !IsBlocked(attempt, context, now)))
                Settle(attempt, GuardAttemptState.Complete, now);
            else
                continue;
            settled.Add(attempt);
        }

        return settled;
    }

    /// <summary>When <see cref="Upgrade"/> may find something to do that nothing else brings about; null when nothing waits.</summary>
    public DateTimeOffset? NextUpgrade(DateTimeOffset now)
    {
        if (sample.Context is not { } context || !_open.Exists(IsWaiting))
            return null;
        DateTimeOffset next = DateTimeOffset.MaxValue;
        foreach (GuardAttempt attempt in _open)
        {
            DateTimeOffset at = attempt.StateSince
                + (IsWaiting(attempt) ? context.Parameters.NonPrimaryIdleTimeout : context.Parameters.NonPrimaryConnectTimeout);
            if (at >= now && at < next)
                next = at;
        }

        return next;
    }

    /// <summary>When a pick that found nothing may find something; null when waiting does not help.</summary>
    public DateTimeOffset? NextTry(GuardUsage usage)
    {
        DateTimeOffset? next = _outageRetryAt;
        foreach (Guard guard in sample.Sampled)
        {
            if (!guard.IsFiltered)
                continue;
            DateTimeOffset? at = usage == GuardUsage.Directory && guard.DirectoryRetryAt > (guard.RetryAt ?? DateTimeOffset.MinValue)
                ? guard.DirectoryRetryAt
                : guard.RetryAt;
            if (at is { } time && !(next <= time))
                next = time;
        }

        return next;
    }

    /// <summary>
    /// The guards that we would use for traffic have no microdescriptor yet, so that a pick would go past them to others.
    /// </summary>
    public bool LacksDescriptors(DateTimeOffset now)
    {
        int toUse = sample.Context?.Parameters.GuardsToUse ?? 1;
        return sample.Primary(now).Where(guard => guard.Reachability != GuardReachability.No).Take(toUse)
            .Any(guard => guard.Relay is not { IsUsable: true });
    }

    public bool AllPrimaryAreDown(DateTimeOffset now)
    {
        foreach (Guard guard in sample.Primary(now))
        {
            guard.ConsiderRetry(now);
            if (guard.Reachability != GuardReachability.No)
                return false;
        }

        return true;
    }

    private static bool IsWaiting(GuardAttempt attempt) => attempt.State == GuardAttemptState.WaitingForBetterGuard;

    private static bool Allows(GuardRestriction restriction, Guard guard, GuardContext context) =>
        guard.Relay is { } relay && restriction.Allows(relay, context.Diversity);

    // A guard that the path cannot have counts as considered, so that an exit cannot choose which guard comes in its place; one that is
    // down or cannot serve does not count. One that keeps us waiting is passed over for other primary guards, but for nobody else: these few
    // are ours anyway, and on a network so slow that all of them are late nothing is gained by going further.
    private Guard? PickPrimary(GuardUsage usage, GuardRestriction restriction, DateTimeOffset now)
    {
        GuardContext context = sample.Context!;
        int toConsider = context.Parameters.ToUse(usage);
        int considered = 0;
        List<Guard> usable = [];
        Guard? silent = null;
        foreach (Guard guard in sample.Primary(now))
        {
            if (considered >= toConsider && usable.Count > 0)
                break;
            if (!Allows(restriction, guard, context))
            {
                if (!restriction.Outdated.Contains(guard.RsaIdentity))
                    considered++;
                continue;
            }

            if (guard.Reachability == GuardReachability.No || !guard.Serves(usage, now))
                continue;
            if (IsSilent(guard, now))
            {
                silent ??= guard;
                continue;
            }

            usable.Add(guard);
            considered++;
        }

        return usable.Count == 0 ? silent : usable[random.Next(0, usable.Count)];
    }

    private bool IsSilent(Guard guard, DateTimeOffset now) =>
        _unanswered.Exists(attempt => attempt.Guard == guard && now - attempt.AskedAt >= AnswerTime);

    private GuardAttempt Start(Guard guard, GuardUsage usage, GuardRestriction restriction, GuardAttemptState state, DateTimeOffset now)
    {
        guard.LastTried = now;
        GuardAttempt attempt = new(guard, usage, restriction, state, now);
        if (state == GuardAttemptState.UsableIfNoBetterGuard)
        {
            guard.IsPending = true;
            _open.Add(attempt);
        }

        return attempt;
    }

    // A better guard holds an attempt back while it works, or while it is being tried and has not taken too long.
    private bool IsBlocked(GuardAttempt attempt, GuardContext context, DateTimeOffset now)
    {
        foreach (Guard guard in sample.Sampled)
        {
            if (guard is { IsUsable: true, Reachability: GuardReachability.Yes } && guard.Serves(attempt.Usage, now)
                && GuardSample.IsPreferred(guard, attempt.Guard) && Allows(attempt.Restriction, guard, context))
                return true;
        }

        return _open.Exists(other => other.State == GuardAttemptState.UsableIfNoBetterGuard
            && now - other.StateSince < context.Parameters.NonPrimaryConnectTimeout
            && GuardSample.IsPreferred(other.Guard, attempt.Guard) && Allows(attempt.Restriction, other.Guard, context));
    }

    private void EndOutage(DateTimeOffset now)
    {
        _outageRetryAt = null;
        foreach (Guard guard in sample.Primary(now))
            guard.MarkMaybeReachable();
    }

    private GuardVerdict Settle(GuardAttempt attempt, GuardAttemptState state, DateTimeOffset now)
    {
        if (attempt.State != state)
            attempt.MoveTo(state, now);
        _open.Remove(attempt);
        _unanswered.Remove(attempt);
        return state == GuardAttemptState.Complete ? GuardVerdict.UsableNow : GuardVerdict.Discard;
    }
}
