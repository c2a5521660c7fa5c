using GoTor.Client;
using GoTor.Node.Configuration;

namespace GoTor.Node.Hosting;

/// <summary>Which options take effect while the node runs, and which keep their old value until it is started again.</summary>
internal static class ReloadRules
{
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
            ("__OwningControllerProcess", running.OwningProcess == fresh.OwningProcess),
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
        Control = fresh.Control with
        {
            Listeners = running.Control.Listeners,
            PortFile = running.Control.PortFile,
            PortFileGroupReadable = running.Control.PortFileGroupReadable,
        },
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
