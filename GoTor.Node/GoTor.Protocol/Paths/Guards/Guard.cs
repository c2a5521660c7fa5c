using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>
/// One relay that we have sampled as a possible first hop, remembered whether or not the network still lists it. Owned by its
/// <see cref="GuardSample"/>, which is the only one to change it.
/// </summary>
internal sealed class Guard
{
    // Proposal 336's floors; C tor's slowest schedule for ceilings.
    private readonly RetrySchedule _retry = new(TimeSpan.FromSeconds(30), TimeSpan.FromHours(9));
    private readonly RetrySchedule _retryNotPrimary = new(TimeSpan.FromSeconds(150), TimeSpan.FromHours(36));
    private readonly RetrySchedule _retryDirectory = new(TimeSpan.FromSeconds(60), TimeSpan.FromHours(9));

    public required RsaIdentity RsaIdentity { get; init; }

    public string Nickname { get; init; } = "";

    /// <summary>When it was sampled, moved into the past at random.</summary>
    public required DateTimeOffset SampledOn { get; init; }

    /// <summary>The order of sampling is the order of preference. Proposal 310.</summary>
    public required int SampledIndex { get; set; }

    /// <summary>The software that sampled it.</summary>
    public string SampledBy { get; init; } = "";

    public bool IsListed { get; set; } = true;

    /// <summary>When it was first missing, moved into the past at random; null while it is listed.</summary>
    public DateTimeOffset? UnlistedSince { get; set; }

    /// <summary>When it was first used with success, moved into the past at random; null until then.</summary>
    public DateTimeOffset? ConfirmedOn { get; set; }

    /// <summary>The order of confirmation; null until then.</summary>
    public int? ConfirmedIndex { get; set; }

    /// <summary>What the state file said of it and we do not use, such as C tor's counts of collapsed circuits: kept, in order.</summary>
    public IReadOnlyList<string> OtherFields { get; init; } = [];

    /// <summary>What became of circuits through it.</summary>
    public PathBias Bias { get; init; } = new();

    /// <summary>As the current network knows it; null when it does not.</summary>
    public Relay? Relay { get; set; }

    /// <summary>It is listed and the options allow it.</summary>
    public bool IsFiltered { get; set; }

    public bool IsPrimary { get; set; }

    /// <summary>Something is under way through it, and it is not primary: not to be tried again until that ends.</summary>
    public bool IsPending { get; set; }

    public GuardReachability Reachability { get; private set; }

    public DateTimeOffset? FailingSince { get; private set; }

    public DateTimeOffset? LastTried { get; set; }

    /// <summary>When it may be tried again; null unless it is believed down.</summary>
    public DateTimeOffset? RetryAt { get; private set; }

    /// <summary>When it may be asked for directory documents again, though it may be up; null unless such a request failed.</summary>
    public DateTimeOffset? DirectoryRetryAt { get; private set; }

    public bool IsConfirmed => ConfirmedIndex is not null;

    public bool IsUsable => IsFiltered && Reachability != GuardReachability.No;

    /// <summary>It can be used for this now, as far as its microdescriptor and its record as a directory server go.</summary>
    public bool Serves(GuardUsage usage, DateTimeOffset now) =>
        Relay is not null && (usage == GuardUsage.Directory ? DirectoryRetryAt is not { } at || at <= now : Relay.IsUsable);

    public void NoteSuccess(GuardUsage usage)
    {
        Reachability = GuardReachability.Yes;
        FailingSince = RetryAt = null;
        IsPending = false;
        _retry.Reset();
        _retryNotPrimary.Reset();
        if (usage == GuardUsage.Directory)
        {
            DirectoryRetryAt = null;
            _retryDirectory.Reset();
        }
    }

    public void NoteFailure(DateTimeOffset now, TorRandom random)
    {
        IsPending = false;
        FailingSince ??= now;
        // Several circuits may fail at once on one dead connection: that is one failure.
        if (Reachability == GuardReachability.No && RetryAt > now)
            return;
        Reachability = GuardReachability.No;
        RetryAt = now + (IsPrimary ? _retry : _retryNotPrimary).Next(random);
    }

    public void NoteDirectoryFailure(DateTimeOffset now, TorRandom random)
    {
        IsPending = false;
        if (DirectoryRetryAt is not { } at || at <= now)
            DirectoryRetryAt = now + _retryDirectory.Next(random);
    }

    /// <summary>Believes again that it might be up. Its schedule goes on from where it is.</summary>
    public void MarkMaybeReachable()
    {
        if (Reachability != GuardReachability.No)
            return;
        Reachability = GuardReachability.Maybe;
        RetryAt = null;
    }

    public void ConsiderRetry(DateTimeOffset now)
    {
        if (RetryAt <= now)
            MarkMaybeReachable();
    }
}
