namespace GoTor.Testing.PrivateNetwork;

/// <summary>The torrc of each relay in a private network.</summary>
internal static class RelayTorrc
{
    /// <summary>The file in a watched relay's folder.</summary>
    public const string WatchLog = "watch.log";

    /// <summary>Lines for a client of the network, ours or C tor's, after its DirAuthority lines.</summary>
    public static IReadOnlyList<string> ForClients { get; } =
        ["TestingTorNetwork 1", "PathsNeededToBuildCircuits 0.67", "EnforceDistinctSubnets 1"];

    /// <summary>What every relay has.</summary>
    public static IEnumerable<string> Common(TestRelay relay) =>
    [
        "TestingTorNetwork 1",
        "EnforceDistinctSubnets 1",
        "SafeLogging 0",
        "DisableDebuggerAttachment 0",
        "ShutdownWaitLength 0",
        "GeoIPFile /dev/null",
        "GeoIPv6File /dev/null",
        "SocksPort 0",
        $"Log notice file {Path.Combine(relay.Folder, "notices.log")}",
        $"ControlPort unix:{Path.Combine(relay.Folder, "control")}",
        $"Nickname {relay.Name}",
        $"Address {relay.OrPort.Address}",
        $"ORPort {relay.OrPort} IPv4Only",
        "AssumeReachable 1",
        .. relay.DirPort is null ? Array.Empty<string>() : [$"DirPort {relay.DirPort} IPv4Only"],
    ];

    /// <summary>Seconds for votes, and again for signatures: the least that C tor allows.</summary>
    public const int VoteDelay = 2;

    /// <summary>
    /// The authorities vote on everybody as if they had watched them for weeks. Votes follow the clock: consensuses become valid at
    /// <paramref name="validAfter"/> and whole intervals before and after it.
    /// </summary>
    public static IEnumerable<string> Authority(
        PrivateTorNetworkOptions options, IEnumerable<TestRelay> guards, string bandwidthFile, DateTimeOffset validAfter)
    {
        int interval = (int)options.VotingInterval.TotalSeconds;
        string[] parameters = [.. options.WideWindows ? s_wideWindows : [], .. options.ConsensusParams];
        return
        [
            "AuthoritativeDirectory 1",
            "V3AuthoritativeDirectory 1",
            "ContactInfo nobody@example.com",
            $"TestingV3AuthInitialVotingInterval {interval} seconds",
            $"TestingV3AuthInitialVoteDelay {VoteDelay}",
            $"TestingV3AuthInitialDistDelay {VoteDelay}",
            $"TestingV3AuthVotingStartOffset {validAfter.ToUnixTimeSeconds() % interval}",
            $"V3AuthVotingInterval {interval} seconds",
            $"V3AuthVoteDelay {VoteDelay}",
            $"V3AuthDistDelay {VoteDelay}",
            $"V3BandwidthsFile {bandwidthFile}",
            "V3AuthNIntervalsValid 12",
            $"TestingDirAuthVoteGuard {string.Join(',', guards.Select(guard => guard.OrPort.Address))}",
            "TestingDirAuthVoteGuardIsStrict 1",
            "TestingDirAuthVoteHSDir *",
            "TestingMinExitFlagThreshold 0",
            "AuthDirMaxServersPerAddr 0",
            "AuthDirTestReachability 0",
            .. parameters.Length == 0 ? Array.Empty<string>() : [$"ConsensusParams {string.Join(' ', parameters)}"],
        ];
    }

    /// <summary>C tor logs directory requests, and the circuits of streams on SIGUSR1, at debug level in these domains.</summary>
    public static string Watch(TestRelay relay) => $"Log [circ,dirserv,general]debug file {Path.Combine(relay.Folder, WatchLog)}";

    /// <summary>Exits reach loopback, and ask our name server only.</summary>
    public static IEnumerable<string> Exit(string resolvConf) =>
    [
        "ExitRelay 1",
        "ExitPolicyRejectPrivate 0",
        "ExitPolicy accept *:*",
        $"ServerDNSResolvConfFile {resolvConf}",
        "ServerDNSAllowBrokenConfig 1",
        "ServerDNSDetectHijacking 0",
        "ServerDNSTestAddresses",
        "ServerDNSAllowNonRFC953Hostnames 1",
    ];

    private static readonly string[] s_wideWindows =
    [
        "cc_cwnd_init=1000", "cc_cwnd_min=1000",
        "cc_vegas_alpha_exit=3000", "cc_vegas_beta_exit=4000", "cc_vegas_gamma_exit=3000", "cc_vegas_delta_exit=5000",
    ];
}
