using GoTor.Client;
using GoTor.Client.Directory;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Mapping;
using GoTor.Node.Logging;
using GoTor.Node.Tracing;
using GoTor.Protocol.Paths;

namespace GoTor.Node.Configuration;

/// <summary>What came of reading a configuration: either it stands, or every reason why not.</summary>
internal sealed record ConfigurationResult(NodeConfiguration? Configuration, IReadOnlyList<ConfigProblem> Problems, IReadOnlyList<ConfigProblem> Warnings)
{
    /// <summary>The lines that count, in order.</summary>
    public IReadOnlyList<ConfigLine> Lines { get; init; } = [];
}

/// <summary>Puts layers of settings on top of each other (defaults file, torrc, command line) and checks the outcome as a whole.</summary>
internal static class ConfigurationBuilder
{
    /// <param name="layers">The weakest first.</param>
    /// <param name="problems">Those found while the files were read.</param>
    /// <param name="environmentToken">The value of GOTOR_METRICS_TOKEN, if it is set.</param>
    public static ConfigurationResult Build(
        IReadOnlyList<IReadOnlyList<ConfigLine>> layers, IEnumerable<ConfigProblem> problems, string? environmentToken = null)
    {
        List<ConfigProblem> found = [.. problems];
        List<ConfigProblem> warnings = [];
        ConfigurationDraft draft = new(found);
        ConfigLine[] lines = [.. Merge(layers, found, warnings)];
        foreach (ConfigLine line in lines)
            OptionCatalog.Find(line.Key)!.Apply(draft, line);
        NodeConfiguration configuration = Finish(draft, environmentToken, found, warnings);
        return new ConfigurationResult(found.Count == 0 ? configuration : null, found, warnings) { Lines = lines };
    }

    /// <summary>The lines that count, in order.</summary>
    private static IEnumerable<ConfigLine> Merge(IReadOnlyList<IReadOnlyList<ConfigLine>> layers, List<ConfigProblem> problems, List<ConfigProblem> warnings)
    {
        Dictionary<string, List<ConfigLine>> effective = new(StringComparer.OrdinalIgnoreCase);
        List<ConfigLine> relayOnly = [];
        foreach (IReadOnlyList<ConfigLine> layer in layers)
        {
            HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
            foreach (ConfigLine line in layer)
            {
                if (OptionCatalog.Find(line.Key) is not { } option)
                {
                    if (RelayOptions.Names.Contains(line.Key))
                    {
                        relayOnly.Add(line);
                        continue;
                    }

                    problems.Add(new ConfigProblem(line.Source, OptionCatalog.Refusal(line.Key)));
                    continue;
                }

                if (!effective.TryGetValue(option.Name, out List<ConfigLine>? lines))
                    effective[option.Name] = lines = [];
                bool first = seen.Add(option.Name);
                if (!option.IsList && !first && line.Mode == ConfigLineMode.Set)
                    warnings.Add(new ConfigProblem(line.Source, $"{option.Name} is set more than once; the last value counts."));
                if (line.Mode == ConfigLineMode.Clear || !option.IsList || (first && line.Mode == ConfigLineMode.Set))
                    lines.Clear();
                if (line.Mode != ConfigLineMode.Clear)
                    lines.Add(line);
            }
        }

        if (relayOnly.Count > 0)
        {
            string names = string.Join(", ", relayOnly.Select(line => line.Key).Distinct(StringComparer.OrdinalIgnoreCase));
            warnings.Add(new ConfigProblem(relayOnly[0].Source, $"This program is never a relay. Without effect here: {names}."));
        }

        return effective.Values.SelectMany(lines => lines);
    }

    private static NodeConfiguration Finish(
        ConfigurationDraft draft, string? environmentToken, List<ConfigProblem> problems, List<ConfigProblem> warnings)
    {
        bool testing = draft.Switches.GetValueOrDefault("TestingTorNetwork");
        bool Switch(string name, bool otherwise) => draft.Switches.TryGetValue(name, out bool value) ? value : otherwise;
        TimeSpan Interval(string name, TimeSpan otherwise) => draft.Intervals.TryGetValue(name, out TimeSpan value) ? value : otherwise;
        TorClientOptions defaults = new() { DataDirectory = "" };

        ConfigSource whole = new("configuration", 0);
        if (testing && draft.DirAuthorities.Count == 0)
            problems.Add(new ConfigProblem(whole, "TestingTorNetwork is for private networks: give their DirAuthority lines."));
        if (draft.DirAuthorities.Count > 0 && draft.DirAuthorities.All(authority => authority.V3Identity is null))
            problems.Add(new ConfigProblem(whole, "No DirAuthority has a v3ident=, so no consensus could ever be verified."));
        if (draft.DirAuthorities.Count > 0)
            warnings.Add(new ConfigProblem(whole, "DirAuthority replaces the authorities of the public Tor network: whoever runs these can choose all your relays."));
        if (!Switch("ClientUseIPv4", true) && !Switch("ClientUseIPv6", true))
            problems.Add(new ConfigProblem(whole, "ClientUseIPv4 and ClientUseIPv6 are both 0, so no relay could be reached."));
        if (Interval("MaxCircuitDirtiness", TimeSpan.FromMinutes(10)) < TimeSpan.FromSeconds(10))
            warnings.Add(new ConfigProblem(whole, "MaxCircuitDirtiness is raised to 10 seconds: shorter times load the network and stand out."));
        if (!Switch("UseEntryGuards", true))
            warnings.Add(new ConfigProblem(whole, "UseEntryGuards 0 lets more relays see that you use Tor. Keep it only for tests."));

        CheckCountries(draft, whole, problems);
        WarnOfHarm(draft, testing, whole, warnings);
        return new NodeConfiguration
        {
            Client = new TorClientOptions
            {
                DataDirectory = draft.DataDirectory ?? DefaultPaths.DataDirectory,
                CacheDirectory = draft.CacheDirectory,
                DirAuthorities = draft.DirAuthorities,
                FallbackDirs = draft.FallbackDirs.Count > 0 || draft.DirAuthorities.Count > 0 || !Switch("UseDefaultFallbackDirs", true) ? draft.FallbackDirs : null,
                TestingTorNetwork = testing,
                ExtendAllowPrivateAddresses = Switch("ExtendAllowPrivateAddresses", testing),
                ClientRejectInternalAddresses = Switch("ClientRejectInternalAddresses", !testing),
                ClientDnsRejectInternalAddresses = Switch("ClientDNSRejectInternalAddresses", !testing),
                SocksPolicy = Policy(draft.SocksPolicy),
                EntryNodes = draft.NodeLists.GetValueOrDefault("EntryNodes"),
                ExitNodes = draft.NodeLists.GetValueOrDefault("ExitNodes"),
                ExcludeNodes = draft.NodeLists.GetValueOrDefault("ExcludeNodes"),
                ExcludeExitNodes = draft.NodeLists.GetValueOrDefault("ExcludeExitNodes"),
                GeoIpFile = draft.GeoIpFile,
                GeoIpV6File = draft.GeoIpV6File,
                GeoIpExcludeUnknown = draft.GeoIpExcludeUnknown,
                StrictNodes = Switch("StrictNodes", false),
                UseEntryGuards = Switch("UseEntryGuards", true),
                NumEntryGuards = draft.NumEntryGuards,
                EnforceDistinctSubnets = Switch("EnforceDistinctSubnets", !testing),
                ClientUseIPv4 = Switch("ClientUseIPv4", true),
                ClientUseIPv6 = Switch("ClientUseIPv6", true),
                ReachableAddresses = Reachable(draft, Switch("FascistFirewall", false)),
                ConnectionPadding = draft.ConnectionPadding,
                ReducedConnectionPadding = Switch("ReducedConnectionPadding", false),
                MaxCircuitDirtiness = Max(Interval("MaxCircuitDirtiness", defaults.MaxCircuitDirtiness), TimeSpan.FromSeconds(10)),
                NewCircuitPeriod = Max(Interval("NewCircuitPeriod", defaults.NewCircuitPeriod), TimeSpan.FromSeconds(1)),
                CircuitBuildTimeout = draft.Intervals.TryGetValue("CircuitBuildTimeout", out TimeSpan timeout) && timeout > TimeSpan.Zero ? timeout : null,
                LearnCircuitBuildTimeout = Switch("LearnCircuitBuildTimeout", true),
                SocksTimeout = Max(Interval("SocksTimeout", defaults.SocksTimeout), TimeSpan.FromSeconds(1)),
                LongLivedPorts = draft.PortLists.GetValueOrDefault("LongLivedPorts", defaults.LongLivedPorts),
                WarnPlaintextPorts = draft.PortLists.GetValueOrDefault("WarnPlaintextPorts", defaults.WarnPlaintextPorts),
                RejectPlaintextPorts = draft.PortLists.GetValueOrDefault("RejectPlaintextPorts", defaults.RejectPlaintextPorts),
                AddressMap = new AddressMapOptions
                {
                    MapAddresses = draft.MapAddresses,
                    AutomapHostsOnResolve = Switch("AutomapHostsOnResolve", false),
                    AutomapHostsSuffixes = draft.AutomapSuffixes,
                    VirtualAddrNetworkIPv4 = draft.VirtualIPv4,
                    VirtualAddrNetworkIPv6 = draft.VirtualIPv6,
                    TrackHostExits = draft.TrackHostExits,
                    TrackHostExitsExpire = Interval("TrackHostExitsExpire", TimeSpan.FromMinutes(30)),
                },
                SafeSocks = Switch("SafeSocks", false),
                TestSocks = Switch("TestSocks", false),
                PathsNeededToBuildCircuits = draft.PathsNeededToBuildCircuits,
                DisablePredictedCircuits = Switch("__DisablePredictedCircuits", false),
                LeaveStreamsUnattached = Switch("__LeaveStreamsUnattached", false),
                TestingClientDownloadInitialDelay = Interval("TestingClientDownloadInitialDelay", TimeSpan.Zero),
                TestingClientConsensusDownloadInitialDelay = Interval("TestingClientConsensusDownloadInitialDelay", TimeSpan.Zero),
                TestingClientMaxIntervalWithoutRequest = draft.Intervals.TryGetValue("TestingClientMaxIntervalWithoutRequest", out TimeSpan few) ? few : null,
                TestingDirConnectionMaxStall = draft.Intervals.TryGetValue("TestingDirConnectionMaxStall", out TimeSpan stall) ? stall : null,
            },
            SocksPorts = SocksPorts(draft),
            OtherPorts = PortsOf(draft, ProxyKind.HttpTunnel, ProxyKind.Transparent),
            DnsPorts = PortsOf(draft, ProxyKind.Dns),
            Logs = Logs(draft, Switch("TruncateLogFile", false), Interval("LogTimeGranularity", TimeSpan.FromMilliseconds(1))),
            PidFile = draft.PidFile,
            ShutdownWaitLength = Interval("ShutdownWaitLength", TimeSpan.FromSeconds(30)),
            Traces = Traces(draft, whole, problems, warnings),
            Metrics = MetricsLines.Finish(draft, environmentToken, problems, warnings),
            Control = ControlLines.Finish(draft, draft.DataDirectory ?? DefaultPaths.DataDirectory, problems),
            OwningProcess = draft.Control.OwningProcess,
        };
    }

    private static TraceOptions? Traces(ConfigurationDraft draft, ConfigSource whole, List<ConfigProblem> problems, List<ConfigProblem> warnings)
    {
        if (draft.TraceSampling == 0)
        {
            if (draft.TraceEndpoint is not null)
                warnings.Add(new ConfigProblem(whole, "TraceEndpoint without TraceSampling: nothing is traced."));
            return null;
        }

        TraceOptions traces = new(draft.TraceSampling, draft.TraceEndpoint);
        if (traces.EffectiveEndpoint is null)
            problems.Add(new ConfigProblem(whole, $"TraceSampling needs a receiver: give TraceEndpoint, or {TraceOptions.EndpointVariable} in the environment."));
        if (traces.IsExposed)
            warnings.Add(new ConfigProblem(whole, "Traces go to another machine without TLS: whoever sees them learns when you use Tor. Use https:// or a receiver on this machine."));
        return traces;
    }

    /// <summary>9050 unless told otherwise; "SocksPort 0" alone means none.</summary>
    private static List<SocksPortOptions> SocksPorts(ConfigurationDraft draft) =>
        draft.Ports.Any(port => port.Kind == ProxyKind.Socks) ? PortsOf(draft, ProxyKind.Socks) : [new SocksPortOptions()];

    private static List<SocksPortOptions> PortsOf(ConfigurationDraft draft, params ProxyKind[] kinds)
    {
        bool groupMayEnter = draft.Switches.GetValueOrDefault("UnixSocksGroupWritable");
        return
        [
            .. draft.Ports.Where(port => kinds.Contains(port.Kind) && !port.IsDisabled)
                .Select(port => port.UnixPath is not null && groupMayEnter ? port with { GroupWritable = true } : port),
        ];
    }

    private static List<LogRule> Logs(ConfigurationDraft draft, bool truncates, TimeSpan granularity) =>
    [
        .. (draft.Logs.Count > 0 ? draft.Logs : [LogRule.Default]).Select(rule => rule with
        {
            Path = rule.Target == LogTarget.Syslog && draft.SyslogTag is { } tag ? $"Tor-{tag}" : rule.Path,
            Truncates = truncates,
            Granularity = Max(granularity, TimeSpan.FromMilliseconds(1)),
        }),
    ];

    /// <summary>FascistFirewall is an older way to say ReachableAddresses, which counts where both are given.</summary>
    private static string? Reachable(ConfigurationDraft draft, bool fascist)
    {
        if (draft.ReachableAddresses.Count > 0)
            return string.Join(',', draft.ReachableAddresses);
        IReadOnlyList<ushort> ports = draft.PortLists.GetValueOrDefault("FirewallPorts", []);
        return fascist ? string.Join(',', (ports.Count > 0 ? ports : [80, 443]).Select(port => $"accept *:{port}")) : null;
    }

    /// <summary>A country that nobody can tell would be a country that is not excluded.</summary>
    private static void CheckCountries(ConfigurationDraft draft, ConfigSource whole, List<ConfigProblem> problems)
    {
        string file = draft.GeoIpFile ?? CountryFiles.DefaultGeoIp;
        if (draft.GeoIpFile is not null && !File.Exists(file))
            problems.Add(new ConfigProblem(whole, $"GeoIPFile: {file} does not exist."));
        else if (draft.GeoIpV6File is { } file6 && !File.Exists(file6))
            problems.Add(new ConfigProblem(whole, $"GeoIPv6File: {file6} does not exist."));
        foreach ((string name, string list) in draft.NodeLists)
        {
            if (RelaySet.TryParse(list, name, out RelaySet set, out _) && set.UsesCountries && !File.Exists(file))
                problems.Add(new ConfigProblem(whole, $"{name}: country codes need a file of addresses, and {file} does not exist. Install tor-geoipdb, or set GeoIPFile."));
        }
    }

    /// <summary>What is allowed, and yet makes its user stand out or links what they do.</summary>
    private static void WarnOfHarm(ConfigurationDraft draft, bool testing, ConfigSource whole, List<ConfigProblem> warnings)
    {
        void Warn(bool when, string text)
        {
            if (when)
                warnings.Add(new ConfigProblem(whole, text));
        }

        bool IsOff(string name) => draft.Switches.TryGetValue(name, out bool on) && !on;
        Warn(!testing && IsOff("EnforceDistinctSubnets"), "EnforceDistinctSubnets 0: one network could watch both ends of your circuits.");
        Warn(!testing && IsOff("ClientRejectInternalAddresses"), "ClientRejectInternalAddresses 0: requests for private addresses tell exits about your network.");
        Warn(!testing && IsOff("ClientDNSRejectInternalAddresses"), "ClientDNSRejectInternalAddresses 0: exits can send applications to addresses of your own network.");
        Warn(draft.TrackHostExits.Count > 0, "TrackHostExits: exits and sites can link your visits.");
        Warn(draft.Ports.Any(port => port.CacheIPv4Dns || port.CacheIPv6Dns || port.UseIPv4Cache || port.UseIPv6Cache),
            "A port remembers answers of exits: an exit can choose an answer that tells your later streams apart.");
        Warn(draft.Ports.Any(port => port.UnixPath is null && !port.IsDisabled && !System.Net.IPAddress.IsLoopback(port.Address.Address)),
            "A port for applications can be reached from other machines, without encryption or password.");
        Warn(draft.SocksPolicy.Count > 0 && !draft.SocksPolicy.Any(line => line.Contains("reject", StringComparison.OrdinalIgnoreCase)),
            "SocksPolicy rejects nobody: whom no rule names is let in. End it with 'reject *'.");
        Warn(draft.NumEntryGuards > 4, "NumEntryGuards: many guards let more relays see that you use Tor.");
        Warn(draft.NodeLists.ContainsKey("ExitNodes") || draft.NodeLists.ContainsKey("EntryNodes"),
            "EntryNodes and ExitNodes: whoever knows your choice recognises you by it, and fewer relays share your traffic.");
    }

    /// <summary>Its lines were read one by one, so they can be read together. As in C tor, whom no rule names is let in.</summary>
    private static AddressPolicy Policy(List<string> lines) =>
        lines.Count > 0 && AddressPolicy.TryParse(string.Join(',', lines) + ",accept *", "SocksPolicy", out AddressPolicy policy, out _) ? policy : AddressPolicy.AcceptAll;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
