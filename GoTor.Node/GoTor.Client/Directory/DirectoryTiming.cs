namespace GoTor.Client.Directory;

/// <summary>Every delay of the directory room, with C tor's defaults (config.c, testnet.inc). Real time.</summary>
internal sealed record DirectoryTiming
{
    public static DirectoryTiming Default { get; } = new();

    /// <summary>For networks that are born, used and gone within minutes: TestingTorNetwork.</summary>
    public static DirectoryTiming Testing { get; } = new()
    {
        BootstrapAuthorityDelay = TimeSpan.Zero,
        MaxRetryDelay = TimeSpan.FromSeconds(10),
        MaxDelayForFewDescriptors = TimeSpan.FromSeconds(5),
        StallTimeout = TimeSpan.FromSeconds(30),
    };

    public static DirectoryTiming For(TorClientOptions options)
    {
        DirectoryTiming defaults = options.TestingTorNetwork ? Testing : Default;
        return defaults with
        {
            DescriptorInitialDelay = options.TestingClientDownloadInitialDelay,
            ConsensusInitialDelay = options.TestingClientConsensusDownloadInitialDelay,
            MaxDelayForFewDescriptors = options.TestingClientMaxIntervalWithoutRequest ?? defaults.MaxDelayForFewDescriptors,
            StallTimeout = options.TestingDirConnectionMaxStall ?? defaults.StallTimeout,
        };
    }

    /// <summary>Least delay before a microdescriptor that failed to arrive is asked for again (TestingClientDownloadInitialDelay).</summary>
    public TimeSpan DescriptorInitialDelay { get; init; }

    /// <summary>Delay before a newer consensus is asked for once it is due (TestingClientConsensusDownloadInitialDelay).</summary>
    public TimeSpan ConsensusInitialDelay { get; init; }

    /// <summary>Concurrent consensus fetches while we have none (ClientBootstrapConsensusMaxInProgressTries).</summary>
    public int BootstrapTries { get; init; } = 3;

    /// <summary>How long fallbacks have the field to themselves (ClientBootstrapConsensusAuthorityDownloadInitialDelay).</summary>
    public TimeSpan BootstrapAuthorityDelay { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Back-off grows up to here.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Fewer than <see cref="FewDescriptors"/> missing ones wait this long for company (TestingClientMaxIntervalWithoutRequest).</summary>
    public TimeSpan MaxDelayForFewDescriptors { get; init; } = TimeSpan.FromMinutes(10);

    public int FewDescriptors { get; init; } = 16;

    /// <summary>From asking for a connection to holding a stream to the directory server.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A server must bring <see cref="StallBytes"/> or the end of its answer within this time.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public int StallBytes { get; init; } = 1024;

    /// <summary>A download that brought nothing for so long no longer keeps others from being tried.</summary>
    public TimeSpan ProgressPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a consensus may wait for its authorities' certificates before another is looked for.</summary>
    public TimeSpan CertificatePatience { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The same for a consensus that expired long ago or lies far in the future.</summary>
    public TimeSpan UntimelyPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A server that said 503 is left alone so long, when there are others (DIR_503_TIMEOUT).</summary>
    public TimeSpan BusyServerRest { get; init; } = TimeSpan.FromHours(1);
}
