namespace GoTor.Node.Configuration;

/// <summary>
/// Options of C tor that concern relays and directory authorities only. Files that are shared with a relay have them: they are accepted, do
/// nothing, and are named in one warning.
/// </summary>
internal static class RelayOptions
{
    public static IReadOnlySet<string> Names { get; } =
        Text.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private const string Text = """
        Address AddressDisableIPv6 AssumeReachable AssumeReachableIPv6 AuthDirBadExit AuthDirBadExitCCs AuthDirFastGuarantee
        AuthDirGuardBWGuarantee AuthDirHasIPv6Connectivity AuthDirInvalid AuthDirInvalidCCs AuthDirListBadExits AuthDirListMiddleOnly
        AuthDirMaxServersPerAddr AuthDirMiddleOnly AuthDirMiddleOnlyCCs AuthDirPinKeys AuthDirReject AuthDirRejectCCs
        AuthDirRejectRequestsUnderLoad AuthDirSharedRandomness AuthDirTestEd25519LinkKeys AuthDirTestReachability AuthDirVoteGuard
        AuthDirVoteGuardBwThresholdFraction AuthDirVoteGuardGuaranteeTimeKnown AuthDirVoteGuardGuaranteeWFU
        AuthDirVoteStableGuaranteeMTBF AuthDirVoteStableGuaranteeMinUptime BridgeDistribution BridgePassword BridgeRecordUsageByCountry
        CellStatistics ConnDirectionStatistics ConsensusParams ContactInfo DirAllowPrivateAddresses DirCache DirPolicy DirPort
        DirPortFrontPage DirReqStatistics DoSCircuitCreationBurst DoSCircuitCreationDefenseTimePeriod DoSCircuitCreationDefenseType
        DoSCircuitCreationEnabled DoSCircuitCreationMinConnections DoSCircuitCreationRate DoSConnectionConnectBurst
        DoSConnectionConnectDefenseTimePeriod DoSConnectionConnectRate DoSConnectionDefenseType DoSConnectionEnabled
        DoSConnectionMaxConcurrentCount DoSRefuseSingleHopClientRendezvous DoSStreamCreationBurst DoSStreamCreationDefenseType
        DoSStreamCreationEnabled DoSStreamCreationRate EntryStatistics ExitPolicy ExitPolicyRejectLocalInterfaces ExitPolicyRejectPrivate
        ExitPortStatistics ExtORPort ExtORPortCookieAuthFile ExtORPortCookieAuthFileGroupReadable ExtraInfoStatistics FamilyId
        FamilyKeyDirectory GuardfractionFile HiddenServiceStatistics IPv6Exit KeyDirectory KeyDirectoryGroupReadable
        MaxAdvertisedBandwidth MaxConsensusAgeForDiffs MaxHSDirCacheBytes MaxOnionQueueDelay MinMeasuredBWsForAuthToIgnoreAdvertised
        MinUptimeHidServDirectoryV2 MinimalAcceptedServerVersion MyFamily Nickname ORPort OfflineMasterKey OutboundBindAddressExit
        OverloadStatistics PaddingStatistics PerConnBWBurst PerConnBWRate PublishServerDescriptor RecommendedClientVersions
        RecommendedServerVersions RecommendedVersions ReducedExitPolicy ReevaluateExitPolicy RefuseUnknownExits RelayBandwidthBurst
        RelayBandwidthRate RephistTrackTime SSLKeyLifetime ServerDNSAllowBrokenConfig ServerDNSAllowNonRFC953Hostnames
        ServerDNSDetectHijacking ServerDNSRandomizeCase ServerDNSResolvConfFile ServerDNSSearchDomains ServerDNSTestAddresses
        ServerTransportListenAddr ServerTransportOptions ServerTransportPlugin SigningKeyLifetime TestingAuthDirTimeToLearnReachability
        TestingAuthKeyLifetime TestingAuthKeySlop TestingDirAuthVoteExit TestingDirAuthVoteExitIsStrict TestingDirAuthVoteGuard
        TestingDirAuthVoteGuardIsStrict TestingDirAuthVoteHSDir TestingDirAuthVoteHSDirIsStrict TestingLinkCertLifetime
        TestingLinkKeySlop TestingMinExitFlagThreshold TestingMinFastFlagThreshold TestingMinTimeToReportBandwidth
        TestingServerConsensusDownloadInitialDelay TestingServerDownloadInitialDelay TestingSigningKeySlop
        TestingV3AuthInitialDistDelay TestingV3AuthInitialVoteDelay TestingV3AuthInitialVotingInterval TestingV3AuthVotingStartOffset
        V3AuthDistDelay V3AuthNIntervalsValid V3AuthUseLegacyKey V3AuthVoteDelay V3AuthVotingInterval V3BandwidthsFile
        VersioningAuthoritativeDirectory
        """;
}
