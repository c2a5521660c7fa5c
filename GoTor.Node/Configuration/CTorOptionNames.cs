namespace GoTor.Node.Configuration;

/// <summary>
/// Every option name of C tor 0.4.9.11 (what it prints for --list-torrc-options), so that an option that we do not have yet is told
/// apart from one that nobody has.
/// </summary>
internal static class CTorOptionNames
{
    public static IReadOnlySet<string> All { get; } = Names.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private const string Names = """
        AccelDir AccelName AccountingMax AccountingRule AccountingStart Address AddressDisableIPv6 AllowNonRFC953Hostnames
        AlternateBridgeAuthority AlternateDirAuthority AssumeReachable AssumeReachableIPv6 AuthDirBadExit AuthDirBadExitCCs
        AuthDirFastGuarantee AuthDirGuardBWGuarantee AuthDirHasIPv6Connectivity AuthDirInvalid AuthDirInvalidCCs AuthDirListBadExits
        AuthDirListMiddleOnly AuthDirMaxServersPerAddr AuthDirMiddleOnly AuthDirMiddleOnlyCCs AuthDirPinKeys AuthDirReject
        AuthDirRejectCCs AuthDirRejectRequestsUnderLoad AuthDirSharedRandomness AuthDirTestEd25519LinkKeys AuthDirTestReachability
        AuthDirVoteGuard AuthDirVoteGuardBwThresholdFraction AuthDirVoteGuardGuaranteeTimeKnown AuthDirVoteGuardGuaranteeWFU
        AuthDirVoteStableGuaranteeMTBF AuthDirVoteStableGuaranteeMinUptime AuthoritativeDirectory AutomapHostsOnResolve
        AutomapHostsSuffixes AvoidDiskWrites BandwidthBurst BandwidthRate Bridge BridgeAuthoritativeDir BridgeDistribution
        BridgePassword BridgeRecordUsageByCountry BridgeRelay CacheDirectory CacheDirectoryGroupReadable CellStatistics
        CircuitBuildTimeout CircuitPadding CircuitPriorityHalflife CircuitStreamTimeout CircuitsAvailableTimeout
        ClientBootstrapConsensusAuthorityDownloadInitialDelay ClientBootstrapConsensusAuthorityOnlyDownloadInitialDelay
        ClientBootstrapConsensusFallbackDownloadInitialDelay ClientBootstrapConsensusMaxInProgressTries
        ClientDNSRejectInternalAddresses ClientOnionAuthDir ClientOnly ClientPreferIPv6DirPort ClientPreferIPv6ORPort
        ClientRejectInternalAddresses ClientTransportPlugin ClientUseIPv4 ClientUseIPv6 CompiledProofOfWorkHash ConfluxClientUX
        ConfluxEnabled ConnDirectionStatistics ConnLimit ConnectionPadding ConsensusParams ConstrainedSockSize ConstrainedSockets
        ContactInfo ControlPort ControlPortFileGroupReadable ControlPortWriteToFile ControlSocket ControlSocketsGroupWritable
        CookieAuthFile CookieAuthFileGroupReadable CookieAuthentication CountPrivateBandwidth DNSPort DataDirectory
        DataDirectoryGroupReadable DirAllowPrivateAddresses DirAuthority DirAuthorityFallbackRate DirCache DirPolicy DirPort
        DirPortFrontPage DirReqStatistics DisableAllSwap DisableDebuggerAttachment DisableNetwork DisableOOSCheck
        DoSCircuitCreationBurst DoSCircuitCreationDefenseTimePeriod DoSCircuitCreationDefenseType DoSCircuitCreationEnabled
        DoSCircuitCreationMinConnections DoSCircuitCreationRate DoSConnectionConnectBurst DoSConnectionConnectDefenseTimePeriod
        DoSConnectionConnectRate DoSConnectionDefenseType DoSConnectionEnabled DoSConnectionMaxConcurrentCount
        DoSRefuseSingleHopClientRendezvous DoSStreamCreationBurst DoSStreamCreationDefenseType DoSStreamCreationEnabled
        DoSStreamCreationRate DormantCanceledByStartup DormantClientTimeout DormantOnFirstStartup DormantTimeoutDisabledByIdleStreams
        DormantTimeoutEnabled DownloadExtraInfo EnforceDistinctSubnets EntryNodes EntryStatistics ExcludeExitNodes ExcludeNodes
        ExitNodes ExitPolicy ExitPolicyRejectLocalInterfaces ExitPolicyRejectPrivate ExitPortStatistics ExitRelay ExtORPort
        ExtORPortCookieAuthFile ExtORPortCookieAuthFileGroupReadable ExtendAllowPrivateAddresses ExtendByEd25519ID
        ExtraInfoStatistics FallbackDir FamilyId FamilyKeyDirectory FascistFirewall FetchDirInfoEarly FetchDirInfoExtraEarly
        FetchHidServDescriptors FetchServerDescriptors FetchUselessDescriptors FirewallPorts GeoIPExcludeUnknown GeoIPFile
        GeoIPv6File GuardLifetime GuardfractionFile HSLayer2Nodes HSLayer3Nodes HTTPProxy HTTPProxyAuthenticator HTTPSProxy
        HTTPSProxyAuthenticator HTTPTunnelPort HardwareAccel HashedControlPassword HeartbeatPeriod HiddenServiceAllowUnknownPorts
        HiddenServiceDir HiddenServiceDirGroupReadable HiddenServiceEnableIntroDoSBurstPerSec HiddenServiceEnableIntroDoSDefense
        HiddenServiceEnableIntroDoSRatePerSec HiddenServiceExportCircuitID HiddenServiceMaxStreams
        HiddenServiceMaxStreamsCloseCircuit HiddenServiceNonAnonymousMode HiddenServiceNumIntroductionPoints
        HiddenServiceOnionBalanceInstance HiddenServicePoWDefensesEnabled HiddenServicePoWQueueBurst HiddenServicePoWQueueRate
        HiddenServicePort HiddenServiceSingleHopMode HiddenServiceStatistics HiddenServiceVersion IPv6Exit KISTSchedRunInterval
        KISTSockBufSizeFactor KeepBindCapabilities KeepalivePeriod KeyDirectory KeyDirectoryGroupReadable LearnCircuitBuildTimeout
        Log LogMessageDomains LogTimeGranularity LongLivedPorts MainloopStats MapAddress MaxAdvertisedBandwidth MaxCircuitDirtiness
        MaxClientCircuitsPending MaxConsensusAgeForDiffs MaxHSDirCacheBytes MaxMemInQueues MaxOnionQueueDelay
        MaxUnparseableDescSizeToLog MetricsPort MetricsPortPolicy MiddleNodes MinMeasuredBWsForAuthToIgnoreAdvertised
        MinUptimeHidServDirectoryV2 MinimalAcceptedServerVersion MyFamily NATDPort NewCircuitPeriod Nickname NoExec NodeFamily
        NumCPUs NumDirectoryGuards NumEntryGuards NumPrimaryGuards ORPort OfflineMasterKey OutboundBindAddress
        OutboundBindAddressExit OutboundBindAddressOR OutboundBindAddressPT OverloadStatistics PaddingStatistics
        PathBiasCircThreshold PathBiasDropGuards PathBiasExtremeRate PathBiasExtremeUseRate PathBiasNoticeRate PathBiasNoticeUseRate
        PathBiasScaleThreshold PathBiasScaleUseThreshold PathBiasUseThreshold PathBiasWarnRate PathsNeededToBuildCircuits
        PerConnBWBurst PerConnBWRate PidFile ProtocolWarnings PublishHidServDescriptors PublishServerDescriptor ReachableAddresses
        ReachableDirAddresses ReachableORAddresses RecommendedClientVersions RecommendedServerVersions RecommendedVersions
        ReconfigDropsBridgeDescs ReducedCircuitPadding ReducedConnectionPadding ReducedExitPolicy ReevaluateExitPolicy
        RefuseUnknownExits RejectPlaintextPorts RelayBandwidthBurst RelayBandwidthRate RephistTrackTime RunAsDaemon SSLKeyLifetime
        SafeLogging SafeSocks Sandbox Schedulers ServerDNSAllowBrokenConfig ServerDNSAllowNonRFC953Hostnames ServerDNSDetectHijacking
        ServerDNSRandomizeCase ServerDNSResolvConfFile ServerDNSSearchDomains ServerDNSTestAddresses ServerTransportListenAddr
        ServerTransportOptions ServerTransportPlugin ShutdownWaitLength SigningKeyLifetime Socks4Proxy Socks5Proxy
        Socks5ProxyPassword Socks5ProxyUsername SocksPolicy SocksPort SocksTimeout StrictNodes SyslogIdentityTag TCPProxy TestSocks
        TestingAuthDirTimeToLearnReachability TestingAuthKeyLifetime TestingAuthKeySlop TestingBridgeBootstrapDownloadInitialDelay
        TestingBridgeDownloadInitialDelay TestingClientConsensusDownloadInitialDelay TestingClientDownloadInitialDelay
        TestingClientMaxIntervalWithoutRequest TestingDirAuthVoteExit TestingDirAuthVoteExitIsStrict TestingDirAuthVoteGuard
        TestingDirAuthVoteGuardIsStrict TestingDirAuthVoteHSDir TestingDirAuthVoteHSDirIsStrict TestingDirConnectionMaxStall
        TestingEnableCellStatsEvent TestingEnableConnBwEvent TestingLinkCertLifetime TestingLinkKeySlop TestingMinExitFlagThreshold
        TestingMinFastFlagThreshold TestingMinTimeToReportBandwidth TestingServerConsensusDownloadInitialDelay
        TestingServerDownloadInitialDelay TestingSigningKeySlop TestingTorNetwork TestingV3AuthInitialDistDelay
        TestingV3AuthInitialVoteDelay TestingV3AuthInitialVotingInterval TestingV3AuthVotingStartOffset TokenBucketRefillInterval
        TrackHostExits TrackHostExitsExpire TransPort TransProxyType TruncateLogFile UnixSocksGroupWritable
        UpdateBridgesFromAuthority UseBridges UseDefaultFallbackDirs UseEntryGuards UseGuardFraction UseMicrodescriptors User
        V3AuthDistDelay V3AuthNIntervalsValid V3AuthUseLegacyKey V3AuthVoteDelay V3AuthVotingInterval V3AuthoritativeDirectory
        V3BandwidthsFile VanguardsLiteEnabled VersioningAuthoritativeDirectory VirtualAddrNetworkIPv4 VirtualAddrNetworkIPv6
        WarnPlaintextPorts __AllDirActionsPrivate __AlwaysCongestionControl __ControlPort __DNSPort __DirPort
        __DisablePredictedCircuits __DisableSignalHandlers __ExtORPort __HTTPTunnelPort __HashedControlSessionPassword
        __LeaveStreamsUnattached __MetricsPort __NATDPort __ORPort __OwningControllerFD __OwningControllerProcess
        __ReloadTorrcOnSIGHUP __SbwsExit __SocksPort __TransPort
        """;
}
