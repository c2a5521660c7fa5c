namespace GoTor.Protocol.Paths.Guards;

/// <summary>One use of a guard, from when it was picked until it is known what became of it. Owned by its <see cref="GuardSelector"/>.</summary>
internal sealed class GuardAttempt(Guard guard, GuardUsage usage, GuardRestriction restriction, GuardAttemptState state, DateTimeOffset now)
{
    public Guard Guard => guard;

    public GuardUsage Usage => usage;

    public GuardRestriction Restriction => restriction;

    public GuardAttemptState State { get; private set; } = state;

    public DateTimeOffset StateSince { get; private set; } = now;

    /// <summary>When the guard was asked for the circuit; null until then.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    public bool IsSettled => State is GuardAttemptState.Complete or GuardAttemptState.Dead;

    public void MoveTo(GuardAttemptState next, DateTimeOffset now)
    {
        State = next;
        StateSince = now;
    }
}
