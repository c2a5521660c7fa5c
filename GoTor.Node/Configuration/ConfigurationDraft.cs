using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Mapping;
using GoTor.Node.Logging;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Network;

namespace GoTor.Node.Configuration;

/// <summary>A configuration while its lines are applied, one after the other. Problems gather instead of stopping the reading.</summary>
internal sealed class ConfigurationDraft(List<ConfigProblem> problems)
{
    public string? DataDirectory { get; set; }

    public string? CacheDirectory { get; set; }

    /// <summary>Of every kind.</summary>
    public List<SocksPortOptions> Ports { get; } = [];

    public string? GeoIpFile { get; set; }

    public string? GeoIpV6File { get; set; }

    public bool? GeoIpExcludeUnknown { get; set; }

    public string? SyslogTag { get; set; }

    public string? PidFile { get; set; }

    public List<string> SocksPolicy { get; } = [];

    public List<(string From, string To)> MapAddresses { get; } = [];

    public IReadOnlyList<string> AutomapSuffixes { get; set; } = AddressMapOptions.DefaultSuffixes;

    public VirtualNetwork VirtualIPv4 { get; set; } = VirtualNetwork.DefaultIPv4;

    public VirtualNetwork VirtualIPv6 { get; set; } = VirtualNetwork.DefaultIPv6;

    public IReadOnlyList<string> TrackHostExits { get; set; } = [];

    public List<LogRule> Logs { get; } = [];

    public List<DirectoryAuthority> DirAuthorities { get; } = [];

    public List<FallbackDirectory> FallbackDirs { get; } = [];

    public List<string> ReachableAddresses { get; } = [];

    public Dictionary<string, bool> Switches { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, TimeSpan> Intervals { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, string> NodeLists { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, IReadOnlyList<ushort>> PortLists { get; } = new(StringComparer.OrdinalIgnoreCase);

    public ConnectionPadding ConnectionPadding { get; set; }

    public int NumEntryGuards { get; set; }

    public double? PathsNeededToBuildCircuits { get; set; }

    public double TraceSampling { get; set; }

    public Uri? TraceEndpoint { get; set; }

    public MetricsDraft Metrics { get; } = new();

    public ControlDraft Control { get; } = new();

    public List<ConfigProblem> Problems => problems;

    public void Problem(ConfigSource source, string message) => problems.Add(new ConfigProblem(source, message));
}
