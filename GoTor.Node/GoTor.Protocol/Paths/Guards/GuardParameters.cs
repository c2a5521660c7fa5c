using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths.Guards;

/// <summary>The numbers of the guard algorithm: from the consensus, some of them overridden by options. guard-spec appendix A. Immutable.</summary>
internal sealed record GuardParameters
{
    public static GuardParameters Default { get; } = From(ConsensusParameters.Default);

    /// <summary>The sample holds at most this part of the network's guards, 0 to 1.</summary>
    public required double MaxSampleThreshold { get; init; }

    /// <summary>And at most this many.</summary>
    public required int MaxSampleSize { get; init; }

    /// <summary>The sample grows until this many of it may be used and are not known to be down.</summary>
    public required int MinFilteredSampleSize { get; init; }

    /// <summary>A guard that no consensus lists for so long is removed.</summary>
    public required TimeSpan RemoveUnlistedAfter { get; init; }

    /// <summary>A guard that was sampled so long ago and never confirmed is removed.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>A guard that was confirmed so long ago is removed.</summary>
    public required TimeSpan ConfirmedLifetime { get; init; }

    public required int PrimaryGuards { get; init; }

    /// <summary>How many of the primary guards circuits for traffic are spread over.</summary>
    public required int GuardsToUse { get; init; }

    /// <summary>How many of the primary guards directory requests are spread over.</summary>
    public required int DirectoryGuardsToUse { get; init; }

    /// <summary>No success for so long means that the network was probably down, so that failures before say nothing.</summary>
    public required TimeSpan InternetLikelyDownInterval { get; init; }

    /// <summary>An attempt at a guard that is not primary holds back those of lower priority for so long.</summary>
    public required TimeSpan NonPrimaryConnectTimeout { get; init; }

    /// <summary>A circuit waits so long for a better guard, and is discarded then.</summary>
    public required TimeSpan NonPrimaryIdleTimeout { get; init; }

    /// <summary>Options that leave less than this part of all guards get a sample of their own.</summary>
    public required double MeaningfulRestriction { get; init; }

    /// <summary>Options that leave less than this part make the user stand out: worth a warning.</summary>
    public required double ExtremeRestriction { get; init; }

    public required PathBiasParameters PathBias { get; init; }

    /// <summary>Dates that are saved are moved into the past by up to this much, so that they do not tell when we were active.</summary>
    public TimeSpan DateNoise => Lifetime / 10;

    public TimeSpan UnlistedDateNoise => RemoveUnlistedAfter / 5;

    /// <param name="numEntryGuards">The option NumEntryGuards; 0 leaves it to the consensus.</param>
    public static GuardParameters From(ConsensusParameters consensus, int numEntryGuards = 0)
    {
        int toUse = numEntryGuards > 0 ? numEntryGuards : consensus.Get("guard-n-primary-guards-to-use", 1, 1, int.MaxValue);
        int toUseForDirectory = consensus.Get("guard-n-primary-dir-guards-to-use", 3, 1, int.MaxValue);
        int primary = consensus.Get("guard-n-primary-guards", 3, 1, int.MaxValue);
        return new GuardParameters
        {
            MaxSampleThreshold = Percent(consensus, "guard-max-sample-threshold-percent", 20, 100),
            MaxSampleSize = consensus.Get("guard-max-sample-size", 60, 1, int.MaxValue),
            MinFilteredSampleSize = consensus.Get("guard-min-filtered-sample-size", 20, 1, int.MaxValue),
            RemoveUnlistedAfter = Days(consensus, "guard-remove-unlisted-guards-after-days", 20),
            Lifetime = Days(consensus, "guard-lifetime-days", 120),
            ConfirmedLifetime = Days(consensus, "guard-confirmed-min-lifetime-days", 60),
            PrimaryGuards = Math.Max(primary, numEntryGuards),
            GuardsToUse = toUse,
            DirectoryGuardsToUse = toUseForDirectory,
            InternetLikelyDownInterval = Seconds(consensus, "guard-internet-likely-down-interval", 600),
            NonPrimaryConnectTimeout = Seconds(consensus, "guard-nonprimary-guard-connect-timeout", 15),
            NonPrimaryIdleTimeout = Seconds(consensus, "guard-nonprimary-guard-idle-timeout", 600),
            MeaningfulRestriction = Percent(consensus, "guard-meaningful-restriction-percent", 20, 100),
            ExtremeRestriction = Percent(consensus, "guard-extreme-restriction-percent", 1, 100),
            PathBias = PathBiasParameters.From(consensus),
        };
    }

    public int ToUse(GuardUsage usage) => usage == GuardUsage.Directory ? DirectoryGuardsToUse : GuardsToUse;

    private static double Percent(ConsensusParameters consensus, string name, int defaultValue, int max) =>
        consensus.Get(name, defaultValue, 1, max) / 100.0;

    private static TimeSpan Days(ConsensusParameters consensus, string name, int defaultValue) =>
        TimeSpan.FromDays(consensus.Get(name, defaultValue, 1, 3650));

    private static TimeSpan Seconds(ConsensusParameters consensus, string name, int defaultValue) =>
        TimeSpan.FromSeconds(consensus.Get(name, defaultValue, 1, int.MaxValue));
}
