using GoTor.Client;
using GoTor.Node.Configuration;

namespace GoTor.Node.Hosting;

/// <summary>Which options take effect while the node runs, and which keep their old value until it is started again.</summary>
internal static class ReloadRules
{
    /// <summary>What keeps its old value together with an option.</summary>
    private static readonly Dictionary<string, string[]> Companions = new(StringComparer.Ordinal)
    {
        ["ControlPort"] =
        [
            "__ControlPort", "ControlSocket", "ControlSocketsGroupWritable", "CookieAuthentication", "CookieAuthFile", "CookieAuthFileGroupReadable",
            "HashedControlPassword", "__HashedControlSessionPassword",
        ],
        ["ControlPortWriteToFile"] = ["ControlPortFileGroupReadable"],
        ["HTTPTunnelPort and TransPort"] = ["HTTPTunnelPort", "TransPort", "NATDPort", "TransProxyType"],
        ["TraceSampling and TraceEndpoint"] = ["TraceSampling", "TraceEndpoint"],
        ["EnableMetrics"] =
            ["MetricsPort", "MetricsGateway", "MetricsToken", "MetricsTokenFile", "MetricsNodeName", "MetricsLabels", "MetricsProfiling"],
        ["MetricsToken"] = ["MetricsTokenFile"],
    };

    /// <summary>The lines that are in force after a change: fresh ones, and the old ones of options that need a restart.</summary>
    /// <param name="needRestart">From <see cref="NeedRestart"/>.</param>
    public static IReadOnlyList<ConfigLine> LinesInForce(IReadOnlyList<ConfigLine> running, IReadOnlyList<ConfigLine> fresh, IEnumerable<string> needRestart)
    {
        HashSet<string> kept = new(needRestart.SelectMany(option => (string[])[option, .. Companions.GetValueOrDefault(option, [])]), StringComparer.OrdinalIgnoreCase);
        return kept.Count == 0 ? fresh : [.. running.Where(line => kept.Contains(line.Key)), .. fresh.Where(line => !kept.Contains(line.Key))];
    }

    /// <summary>Options that differ and decide who may see what: a controller's change of them is worth a warning.</summary>
    public static IEnumerable<string> ChangeAnonymity(TorClientOptions running, TorClientOptions next)
    {
        (string Name, bool Same)[] options =
        [
            ("EntryNodes", running.EntryNodes == next.EntryNodes),
            ("ExitNodes", running.ExitNodes == next.ExitNodes),
            ("ExcludeNodes", running.ExcludeNodes == next.ExcludeNodes),
            ("ExcludeExitNodes", running.ExcludeExitNodes == next.ExcludeExitNodes),
            ("StrictNodes", running.StrictNodes == next.StrictNodes),
            ("UseEntryGuards", running.UseEntryGuards == next.UseEntryGuards),
            ("NumEntryGuards", running.NumEntryGuards == next.NumEntryGuards),
            ("EnforceDistinctSubnets", running.EnforceDistinctSubnets == next.EnforceDistinctSubnets),
            ("MapAddress", running.AddressMap.MapAddresses.SequenceEqual(next.AddressMap.MapAddresses)),
            ("MaxCircuitDirtiness", running.MaxCircuitDirtiness == next.MaxCircuitDirtiness),
        ];
        return options.Where(option => !option.Same).Select(option => option.Name);
    }

    /// <summary>Options that differ and cannot change now.</summary>
    public static IEnumerable<string> NeedRestart(NodeConfiguration running, NodeConfiguration fresh)
    {
        (TorClientOptions a, TorClientOptions b) = (running.Client, fresh.Client);
        (string Name, bool Same)[] fixedOptions =
        [
            ("SocksPort", running.SocksPorts.SequenceEqual(fresh.SocksPorts)),
            ("HTTPTunnelPort and TransPort", running.OtherPorts.SequenceEqual(fresh.OtherPorts)),
            ("DNSPort", running.DnsPorts.SequenceEqual(fresh.DnsPorts)),
            ("SocksPolicy", a.SocksPolicy.ToString() == b.SocksPolicy.ToString()),
            ("ClientDNSRejectInternalAddresses", a.ClientDnsRejectInternalAddresses == b.ClientDnsRejectInternalAddresses),
            ("TraceSampling and TraceEndpoint", running.Traces == fresh.Traces),
            ("DataDirectory", a.DataDirectory == b.DataDirectory),
            ("CacheDirectory", a.CacheDirectory == b.CacheDirectory),
            ("DirAuthority", a.DirAuthorities.SequenceEqual(b.DirAuthorities)),
            ("FallbackDir", (a.FallbackDirs ?? []).SequenceEqual(b.FallbackDirs ?? [])),
            ("TestingTorNetwork", a.TestingTorNetwork == b.TestingTorNetwork),
            ("ExtendAllowPrivateAddresses", a.ExtendAllowPrivateAddresses == b.ExtendAllowPrivateAddresses),
            ("ClientRejectInternalAddresses", a.ClientRejectInternalAddresses == b.ClientRejectInternalAddresses),
            ("TestingClientDownloadInitialDelay", a.TestingClientDownloadInitialDelay == b.TestingClientDownloadInitialDelay),
            ("TestingClientConsensusDownloadInitialDelay", a.TestingClientConsensusDownloadInitialDelay == b.TestingClientConsensusDownloadInitialDelay),
            ("TestingClientMaxIntervalWithoutRequest", a.TestingClientMaxIntervalWithoutRequest == b.TestingClientMaxIntervalWithoutRequest),
            ("TestingDirConnectionMaxStall", a.TestingDirConnectionMaxStall == b.TestingDirConnectionMaxStall),
            ("PathsNeededToBuildCircuits", a.PathsNeededToBuildCircuits == b.PathsNeededToBuildCircuits),
            ("ClientUseIPv4", a.ClientUseIPv4 == b.ClientUseIPv4),
            ("ClientUseIPv6", a.ClientUseIPv6 == b.ClientUseIPv6),
            ("ReachableAddresses", a.ReachableAddresses == b.ReachableAddresses),
            ("ConnectionPadding", a.ConnectionPadding == b.ConnectionPadding),
            ("ReducedConnectionPadding", a.ReducedConnectionPadding == b.ReducedConnectionPadding),
            ("LongLivedPorts", a.LongLivedPorts.SequenceEqual(b.LongLivedPorts)),
            ("SocksTimeout", a.SocksTimeout == b.SocksTimeout),
            ("SafeSocks", a.SafeSocks == b.SafeSocks),
            ("TestSocks", a.TestSocks == b.TestSocks),
            ("WarnPlaintextPorts", a.WarnPlaintextPorts.SequenceEqual(b.WarnPlaintextPorts)),
            ("EnableMetrics", running.Metrics is null == fresh.Metrics is null),
            .. MetricsNeedRestart(running.Metrics, fresh.Metrics),
            ("ControlPort", running.Control.Listeners.SequenceEqual(fresh.Control.Listeners)),
            ("ControlPortWriteToFile", running.Control.PortFile == fresh.Control.PortFile && running.Control.PortFileGroupReadable == fresh.Control.PortFileGroupReadable),
            ("RejectPlaintextPorts", a.RejectPlaintextPorts.SequenceEqual(b.RejectPlaintextPorts)),
        ];
        return fixedOptions.Where(option => !option.Same).Select(option => option.Name);
    }

    /// <summary>
    /// The token for a gateway that runs elsewhere can change at once: whoever rotates it wants no gap in the numbers. A gateway of our own
    /// was given its token when it started.
    /// </summary>
    private static IEnumerable<(string Name, bool Same)> MetricsNeedRestart(MetricsOptions? running, MetricsOptions? fresh) =>
        running is null || fresh is null
            ? []
            :
            [
                ("MetricsPort", running.HttpAddress.Equals(fresh.HttpAddress)),
                ("MetricsGateway", running.Gateway == fresh.Gateway),
                ("MetricsToken", running.Gateway is not null || Equals(running.Token, fresh.Token)),
                ("MetricsNodeName", running.NodeName == fresh.NodeName),
                ("MetricsLabels", running.Labels.Count == fresh.Labels.Count && !running.Labels.Except(fresh.Labels).Any()),
                ("MetricsProfiling", running.Profiling == fresh.Profiling),
            ];

    /// <summary>The running configuration with everything new that can change now.</summary>
    public static NodeConfiguration Merge(NodeConfiguration running, NodeConfiguration fresh) => running with
    {
        Logs = fresh.Logs,
        ShutdownWaitLength = fresh.ShutdownWaitLength,
        OwningProcess = fresh.OwningProcess,

        // That ports are safe without a password was checked for the fresh ports, and these stay closed: then the old passwords stay, too.
        Control = running.Control.Listeners.SequenceEqual(fresh.Control.Listeners)
            ? fresh.Control with { PortFile = running.Control.PortFile, PortFileGroupReadable = running.Control.PortFileGroupReadable }
            : running.Control,
        Metrics = (running.Metrics, fresh.Metrics) is ({ Gateway: not null } metrics, { Token: { } token } given)
            ? metrics with { Token = token, TokenFile = given.TokenFile }
            : running.Metrics,
        Client = running.Client with
        {
            EntryNodes = fresh.Client.EntryNodes,
            ExitNodes = fresh.Client.ExitNodes,
            ExcludeNodes = fresh.Client.ExcludeNodes,
            ExcludeExitNodes = fresh.Client.ExcludeExitNodes,
            GeoIpFile = fresh.Client.GeoIpFile,
            GeoIpV6File = fresh.Client.GeoIpV6File,
            GeoIpExcludeUnknown = fresh.Client.GeoIpExcludeUnknown,
            StrictNodes = fresh.Client.StrictNodes,
            UseEntryGuards = fresh.Client.UseEntryGuards,
            NumEntryGuards = fresh.Client.NumEntryGuards,
            EnforceDistinctSubnets = fresh.Client.EnforceDistinctSubnets,
            MaxCircuitDirtiness = fresh.Client.MaxCircuitDirtiness,
            NewCircuitPeriod = fresh.Client.NewCircuitPeriod,
            CircuitBuildTimeout = fresh.Client.CircuitBuildTimeout,
            LearnCircuitBuildTimeout = fresh.Client.LearnCircuitBuildTimeout,
            DisablePredictedCircuits = fresh.Client.DisablePredictedCircuits,
            LeaveStreamsUnattached = fresh.Client.LeaveStreamsUnattached,
            AddressMap = fresh.Client.AddressMap,
        },
    };

    /// <summary>Something changed that circuits depend on, so those that stand take no new streams. Lists are compared by reference, having been merged.</summary>
    public static bool ChangesPaths(TorClientOptions running, TorClientOptions next) => running != next;
}
