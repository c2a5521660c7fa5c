namespace GoTor.Protocol.Paths.Guards;

/// <summary>What a guard is picked for.</summary>
internal enum GuardUsage
{
    /// <summary>The first hop of a circuit of several hops: needs the guard's microdescriptor.</summary>
    Traffic,

    /// <summary>A one-hop circuit that asks it for directory documents.</summary>
    Directory,
}

/// <summary>What we believe about a guard.</summary>
internal enum GuardReachability
{
    /// <summary>Not tried, or its time to be tried again has come.</summary>
    Maybe,
    Yes,
    No,
}

/// <summary>Where an attempt to use a guard stands. guard-spec §4.6: the state of a circuit as far as guards are concerned.</summary>
internal enum GuardAttemptState
{
    /// <summary>Under way through a primary guard: usable as soon as it stands.</summary>
    UsableOnCompletion,

    /// <summary>Under way through another guard: when it stands, better ones are given their chance first.</summary>
    UsableIfNoBetterGuard,

    /// <summary>It stands, and waits until the better guards have failed.</summary>
    WaitingForBetterGuard,

    /// <summary>It stands and may be used.</summary>
    Complete,

    /// <summary>It failed, was given up, or waited too long.</summary>
    Dead,
}

/// <summary>What to do with what was built through a guard.</summary>
internal enum GuardVerdict
{
    UsableNow,
    WaitForBetterGuard,
    Discard,
}
