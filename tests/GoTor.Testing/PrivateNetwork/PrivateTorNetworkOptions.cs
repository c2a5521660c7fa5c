namespace GoTor.Testing.PrivateNetwork;

/// <summary>What a <see cref="PrivateTorNetwork"/> looks like.</summary>
internal sealed record PrivateTorNetworkOptions
{
    public int Authorities { get; init; } = 3;

    /// <summary>Relays that do not exit: they alone have the Guard flag.</summary>
    public int Relays { get; init; } = 4;

    public int Exits { get; init; } = 3;

    /// <summary>
    /// Time between consensuses after the first: at least 10 seconds, a divisor of half an hour. A long one keeps killed relays listed
    /// and the processors quiet.
    /// </summary>
    public TimeSpan VotingInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Wide congestion windows. With the default parameters Vegas holds a loopback circuit, which has no delay, at 5 to 12 MB/s
    /// whatever the client could do.
    /// </summary>
    public bool WideWindows { get; init; }

    /// <summary>Weights by relay name; 1000 for all others.</summary>
    public IReadOnlyDictionary<string, int> Bandwidths { get; init; } = new Dictionary<string, int>();

    /// <summary>Further consensus parameters, such as <c>cc_alg=0</c>.</summary>
    public IReadOnlyList<string> ConsensusParams { get; init; } = [];

    /// <summary>Relays log what they know of circuits and directory requests in <see cref="RelayTorrc.WatchLog"/>, for tests to read.</summary>
    public bool Watched { get; init; }

    /// <summary>Further torrc lines for every relay.</summary>
    public IReadOnlyList<string> RelayLines { get; init; } = [];
}
