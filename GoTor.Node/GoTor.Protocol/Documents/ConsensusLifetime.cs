namespace GoTor.Protocol.Documents;

/// <summary>What a consensus is worth at some moment. Circuits may be built with all but the two that say <c>Unusable</c>.</summary>
internal enum ConsensusTimeliness
{
    /// <summary>More than a day before its time: our clock is behind, or somebody else's is ahead.</summary>
    UnusableNotYetValid,

    /// <summary>Less than a day before its time. Usable, and a sign that our clock is behind.</summary>
    NotYetValid,

    /// <summary>The newest there should be.</summary>
    Fresh,

    /// <summary>Valid, though a newer one should exist by now.</summary>
    Valid,

    /// <summary>Expired less than a day ago. Usable, but we should have got another.</summary>
    Expired,

    /// <summary>Expired more than a day ago: too old to hide in.</summary>
    UnusableExpired,
}

/// <summary>The three times of a consensus. dir-spec §3.4.1; the day of grace is proposal 212 as C tor applies it.</summary>
internal readonly record struct ConsensusLifetime(DateTimeOffset ValidAfter, DateTimeOffset FreshUntil, DateTimeOffset ValidUntil)
{
    /// <summary>How far out of its validity a consensus is still "reasonably live".</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    /// <summary>Time between two consensuses of this network.</summary>
    public TimeSpan Interval => FreshUntil - ValidAfter;

    public ConsensusTimeliness At(DateTimeOffset now)
    {
        if (now < ValidAfter)
            return now < ValidAfter - Grace ? ConsensusTimeliness.UnusableNotYetValid : ConsensusTimeliness.NotYetValid;
        if (now <= ValidUntil)
            return now <= FreshUntil ? ConsensusTimeliness.Fresh : ConsensusTimeliness.Valid;
        return now <= ValidUntil + Grace ? ConsensusTimeliness.Expired : ConsensusTimeliness.UnusableExpired;
    }

    /// <summary>Valid, give or take a day: good enough to build circuits.</summary>
    public bool IsReasonablyLive(DateTimeOffset now) =>
        At(now) is not (ConsensusTimeliness.UnusableNotYetValid or ConsensusTimeliness.UnusableExpired);

    /// <summary>Within its own validity.</summary>
    public bool IsLive(DateTimeOffset now) => now >= ValidAfter && now <= ValidUntil;
}
