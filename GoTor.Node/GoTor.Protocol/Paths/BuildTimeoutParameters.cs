using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>The numbers of <see cref="BuildTimeout"/>: consensus parameters "cbt…", partly overridden by options. path-spec §2.4.5. Immutable.</summary>
internal sealed record BuildTimeoutParameters
{
    private static readonly TimeSpan BinWidth = TimeSpan.FromMilliseconds(10);

    /// <summary>Timeouts are learned from circuits; otherwise <see cref="InitialTimeout"/> always counts.</summary>
    public required bool IsLearning { get; init; }

    public required TimeSpan InitialTimeout { get; init; }

    public required TimeSpan MinTimeout { get; init; }

    /// <summary>So many build times must be known before a timeout is computed.</summary>
    public required int MinCircuits { get; init; }

    /// <summary>How many of the most frequent bins make Xm.</summary>
    public required int Modes { get; init; }

    /// <summary>This part of circuits is built before the timeout, 0 to 1.</summary>
    public required double Quantile { get; init; }

    /// <summary>This part is built before a circuit that timed out is closed.</summary>
    public required double CloseQuantile { get; init; }

    /// <summary>So many circuits that got past the first hop are remembered to see that the network has changed.</summary>
    public required int RecentCircuits { get; init; }

    /// <summary>So many timeouts among those mean that it has.</summary>
    public required int MaxRecentTimeouts { get; init; }

    /// <summary>While learning, a test circuit is built when none was for so long.</summary>
    public required TimeSpan TestInterval { get; init; }

    /// <summary>And as long as there are fewer unused circuits than this.</summary>
    public required int MaxOpenCircuits { get; init; }

    /// <param name="configuredTimeout">The option CircuitBuildTimeout; null when unset.</param>
    /// <param name="learn">The option LearnCircuitBuildTimeout.</param>
    public static BuildTimeoutParameters From(ConsensusParameters consensus, TimeSpan? configuredTimeout = null, bool learn = true)
    {
        bool isLearning = learn && consensus.Get("cbtdisabled", 0, 0, 1) == 0;
        TimeSpan min = Milliseconds(consensus, "cbtmintimeout", 10);
        TimeSpan initial = configuredTimeout ?? Milliseconds(consensus, "cbtinitialtimeout", 60_000);
        int quantile = consensus.Get("cbtquantile", 80, 10, 99);
        return new BuildTimeoutParameters
        {
            IsLearning = isLearning,
            InitialTimeout = isLearning && initial < min ? min : initial,
            MinTimeout = min,
            MinCircuits = consensus.Get("cbtmincircs", 100, 1, 10_000),
            Modes = consensus.Get("cbtnummodes", 10, 1, 20),
            Quantile = quantile / 100.0,
            CloseQuantile = Math.Max(quantile, consensus.Get("cbtclosequantile", 99, 10, 99)) / 100.0,
            RecentCircuits = consensus.Get("cbtrecentcount", 20, 3, 1000),
            MaxRecentTimeouts = consensus.Get("cbtmaxtimeouts", 18, 3, 10_000),
            TestInterval = TimeSpan.FromSeconds(consensus.Get("cbttestfreq", 10, 1, int.MaxValue)),
            MaxOpenCircuits = consensus.Get("cbtmaxopencircs", 10, 0, PredictedPorts.MaxUnused),
        };
    }

    private static TimeSpan Milliseconds(ConsensusParameters consensus, string name, int defaultValue) =>
        TimeSpan.FromMilliseconds(consensus.Get(name, defaultValue, (int)BinWidth.TotalMilliseconds, int.MaxValue));
}
