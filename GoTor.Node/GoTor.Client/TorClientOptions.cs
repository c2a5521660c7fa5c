using GoTor.Client.Proxies.Mapping;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;

namespace GoTor.Client;

/// <summary>
/// Everything that a client can be told. The defaults suit a stranger who wants privacy. Immutable; a reload makes a new one.
/// Durations are real time. Names follow torrc.
/// </summary>
internal sealed record TorClientOptions
{
    /// <summary>Where guards and other state live. One process at a time.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where directory documents are cached; the data directory unless set.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Empty means the built-in authorities of the public network.</summary>
    public IReadOnlyList<DirectoryAuthority> DirAuthorities { get; init; } = [];

    /// <summary>Null means the built-in fallback directories, when the authorities are the built-in ones too.</summary>
    public IReadOnlyList<FallbackDirectory>? FallbackDirs { get; init; }

    /// <summary>Private test network: short schedules, private addresses allowed.</summary>
    public bool TestingTorNetwork { get; init; }

    /// <summary>Relays with loopback and private addresses may be dialled. Follows <see cref="TestingTorNetwork"/> unless set.</summary>
    public bool? ExtendAllowPrivateAddresses { get; init; }

    /// <summary>
    /// Requests for private and loopback destinations are refused, and so are exits that say that they connected to one: no exit could mean
    /// the same host as the application.
    /// </summary>
    public bool ClientRejectInternalAddresses { get; init; } = true;

    /// <summary>The same for answers to lookups; null follows <see cref="ClientRejectInternalAddresses"/>.</summary>
    public bool? ClientDnsRejectInternalAddresses { get; init; }

    /// <summary>Who may use the ports for applications.</summary>
    public AddressPolicy SocksPolicy { get; init; } = AddressPolicy.AcceptAll;

    /// <summary>Least delay before a descriptor that failed to arrive is asked for again.</summary>
    public TimeSpan TestingClientDownloadInitialDelay { get; init; }

    /// <summary>Delay before a newer consensus is asked for once it is due.</summary>
    public TimeSpan TestingClientConsensusDownloadInitialDelay { get; init; }

    /// <summary>Fewer descriptors than fill a request wait for company for so long at most; null means 10 minutes, 5 seconds on a test network.</summary>
    public TimeSpan? TestingClientMaxIntervalWithoutRequest { get; init; }

    /// <summary>A directory answer that stalls for longer is given up; null means one minute, 30 seconds on a test network.</summary>
    public TimeSpan? TestingDirConnectionMaxStall { get; init; }

    /// <summary>Countries of IPv4 addresses; null means where Debian has them.</summary>
    public string? GeoIpFile { get; init; }

    /// <summary>The same for IPv6.</summary>
    public string? GeoIpV6File { get; init; }

    /// <summary>Excluding a country excludes relays of unknown country, too; null: only then.</summary>
    public bool? GeoIpExcludeUnknown { get; init; }

    public string? EntryNodes { get; init; }

    public string? ExitNodes { get; init; }

    public string? ExcludeNodes { get; init; }

    public string? ExcludeExitNodes { get; init; }

    public bool StrictNodes { get; init; }

    public bool UseEntryGuards { get; init; } = true;

    /// <summary>0 means what the consensus says.</summary>
    public int NumEntryGuards { get; init; }

    public bool EnforceDistinctSubnets { get; init; } = true;

    public bool ClientUseIPv4 { get; init; } = true;

    public bool ClientUseIPv6 { get; init; } = true;

    /// <summary>Addresses that our own firewall lets us reach, as an address policy; null means all.</summary>
    public string? ReachableAddresses { get; init; }

    /// <summary>Whether channels are padded against flow logs of routers.</summary>
    public ConnectionPadding ConnectionPadding { get; init; }

    /// <summary>Pad seldom, and keep idle channels and unused circuits half as long: for those who pay for their bytes.</summary>
    public bool ReducedConnectionPadding { get; init; }

    public TimeSpan MaxCircuitDirtiness { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan NewCircuitPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Null means learn it, starting from 60 seconds.</summary>
    public TimeSpan? CircuitBuildTimeout { get; init; }

    public bool LearnCircuitBuildTimeout { get; init; } = true;

    public TimeSpan SocksTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Ports whose streams last: their circuits use Stable relays only.</summary>
    public IReadOnlyList<ushort> LongLivedPorts { get; init; } = [21, 22, 706, 1863, 5050, 5190, 5222, 5223, 6523, 6667, 6697, 8300];

    /// <summary>Fraction of paths that must be buildable before circuits are made; null means the consensus parameter, then 0.6.</summary>
    public double? PathsNeededToBuildCircuits { get; init; }

    /// <summary>Build no circuits ahead of need: a controller builds its own.</summary>
    public bool DisablePredictedCircuits { get; init; }

    /// <summary>Streams wait until a controller says which circuit carries them.</summary>
    public bool LeaveStreamsUnattached { get; init; }

    /// <summary>What names and addresses of applications stand for.</summary>
    public AddressMapOptions AddressMap { get; init; } = new();

    /// <summary>Refuse requests that name an address: the name was probably looked up outside Tor.</summary>
    public bool SafeSocks { get; init; }

    /// <summary>Log for every request whether it named an address or a name.</summary>
    public bool TestSocks { get; init; }

    /// <summary>Warn about streams to these ports, where passwords usually travel in clear.</summary>
    public IReadOnlyList<ushort> WarnPlaintextPorts { get; init; } = [23, 109, 110, 143];

    /// <summary>Refuse streams to these ports.</summary>
    public IReadOnlyList<ushort> RejectPlaintextPorts { get; init; } = [];

    /// <summary>What makes a client of this network, with its state in <paramref name="dataDirectory"/>.</summary>
    public static TorClientOptions For(NetworkDescription network, string dataDirectory) =>
        new TorClientOptions { DataDirectory = dataDirectory }.Join(network);

    /// <summary>The same for a client of this network, and of no other.</summary>
    public TorClientOptions Join(NetworkDescription network) => this with
    {
        DirAuthorities = network.Authorities,
        FallbackDirs = network.Fallbacks,
        TestingTorNetwork = network.IsTesting,
        ExtendAllowPrivateAddresses = network.IsPrivate,
        ClientRejectInternalAddresses = !network.IsPrivate,
        EnforceDistinctSubnets = network.HasDistinctSubnets,
    };
}
