using System.Globalization;
using GoTor.Node.Configuration;

namespace GoTor.Node.Control;

/// <summary>How an option's value is written, and what it is when nobody says.</summary>
internal sealed record OptionFact(string Name, string Type, string? Default);

/// <summary>
/// What controllers may ask about options: types and defaults as C tor 0.4.9.11 tells them (GETINFO config/names and config/defaults). Options
/// of relays, bridges and onion services are here, too, as far as controllers look at them: their answer is the default, for nothing else can be set.
/// </summary>
internal static class OptionFacts
{
    private const string Table = """
        __ControlPort Dependent
        __DisablePredictedCircuits Boolean 0
        __HashedControlSessionPassword LineList
        __LeaveStreamsUnattached Boolean 0
        __OwningControllerProcess String
        AccountingMax DataSize 0
        Address LineList
        AutomapHostsOnResolve Boolean 0
        AutomapHostsSuffixes CommaList .onion,.exit
        AvoidDiskWrites Boolean 0
        BandwidthBurst DataSize 1073741824
        BandwidthRate DataSize 1073741824
        Bridge LineList
        BridgeRelay Boolean 0
        CacheDirectory Filename
        CircuitBuildTimeout TimeInterval 0
        ClientOnly Boolean 0
        ClientRejectInternalAddresses Boolean 1
        ClientTransportPlugin LineList
        ClientUseIPv4 Boolean 1
        ClientUseIPv6 Boolean 1
        ConnectionPadding Boolean+Auto auto
        ConnLimit Integer 1000
        ContactInfo String
        ControlPort Dependent
        ControlPortFileGroupReadable Boolean 0
        ControlPortWriteToFile Filename
        ControlSocket LineList
        ControlSocketsGroupWritable Boolean 0
        CookieAuthentication Boolean 0
        CookieAuthFile Filename
        CookieAuthFileGroupReadable Boolean 0
        DataDirectory Filename
        DirAuthority LineList
        DirPort Dependent
        DisableDebuggerAttachment Boolean 1
        DisableNetwork Boolean 0
        DNSPort Dependent
        EnableMetrics Boolean 0
        EnforceDistinctSubnets Boolean 1
        EntryNodes RouterList
        ExcludeExitNodes RouterList
        ExcludeNodes RouterList
        ExitNodes RouterList
        ExitPolicy LineList
        ExitPolicyRejectPrivate Boolean 1
        ExitRelay Boolean+Auto auto
        ExtendAllowPrivateAddresses Boolean 0
        FallbackDir LineList
        FascistFirewall Boolean 0
        FetchHidServDescriptors Boolean 1
        FirewallPorts CommaList
        GeoIPFile Filename
        GeoIPv6File Filename
        HashedControlPassword LineList
        HiddenServiceNonAnonymousMode Boolean 0
        HiddenServiceOptions Virtual
        HiddenServiceSingleHopMode Boolean 0
        HTTPSProxy String
        HTTPTunnelPort Dependent
        LearnCircuitBuildTimeout Boolean 1
        Log LineList notice stdout
        LongLivedPorts CommaList 21,22,706,1863,5050,5190,5222,5223,6523,6667,6697,8300
        MapAddress LineList
        MaxAdvertisedBandwidth DataSize 1073741824
        MaxCircuitDirtiness TimeInterval 600
        MetricsGateway String
        MetricsLabels String
        MetricsNodeName String
        MetricsPort Dependent
        MetricsProfiling Boolean 0
        MetricsToken String
        MetricsTokenFile Filename
        NATDPort Dependent
        NewCircuitPeriod TimeInterval 30
        Nickname String
        NumEntryGuards Integer 0
        ORPort Dependent
        PathsNeededToBuildCircuits Float -1.000000
        PidFile Filename
        PublishHidServDescriptors Boolean 1
        ReachableAddresses LineList
        ReducedConnectionPadding Boolean 0
        RejectPlaintextPorts CommaList
        RelayBandwidthBurst DataSize 0
        RelayBandwidthRate DataSize 0
        RunAsDaemon Boolean 0
        SafeLogging String 1
        SafeSocks Boolean 0
        ShutdownWaitLength TimeInterval 30
        Socks4Proxy String
        Socks5Proxy String
        SocksPort Dependent
        SocksTimeout TimeInterval 120
        StrictNodes Boolean 0
        TestingClientConsensusDownloadInitialDelay TimeInterval 0
        TestingClientDownloadInitialDelay TimeInterval 0
        TestingClientMaxIntervalWithoutRequest TimeInterval 600
        TestingDirConnectionMaxStall TimeInterval 300
        TestingTorNetwork Boolean 0
        TestSocks Boolean 0
        TraceEndpoint String
        TraceSampling Float 0.000000
        TrackHostExits CommaList
        TrackHostExitsExpire TimeInterval 1800
        TransPort Dependent
        UseBridges Boolean 0
        UseEntryGuards Boolean 1
        UseMicrodescriptors Boolean+Auto auto
        User String
        VirtualAddrNetworkIPv4 String 127.192.0.0/10
        VirtualAddrNetworkIPv6 String [FE80::]/10
        WarnPlaintextPorts CommaList 23,109,110,143
        """;

    private static readonly Dictionary<string, OptionFact> ByName = Read();

    /// <summary>Every option that has an answer, in order of name.</summary>
    public static IEnumerable<OptionFact> All => ByName.Values.OrderBy(fact => fact.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null for options that do not exist here.</summary>
    public static OptionFact? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>What GETCONF answers when nothing was set.</summary>
    public static string? DefaultOf(OptionFact fact) => fact.Default ?? (fact.Type is "RouterList" or "CommaList" ? "" : null);

    /// <summary>A value as C tor would print it back.</summary>
    public static string Normalise(OptionFact fact, string value) => fact.Type switch
    {
        "TimeInterval" when Units.TryParseInterval(value, out TimeSpan interval) => ((long)interval.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        "CommaList" => string.Join(',', value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        "Float" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number.ToString("F6", CultureInfo.InvariantCulture),
        _ => value,
    };

    /// <summary>A value as controllers see it: secrets that no controller needs are only said to be set.</summary>
    public static string Shown(OptionFact fact, string value) => fact.Name == "MetricsToken" && value.Length > 0 ? "[scrubbed]" : Normalise(fact, value);

    /// <summary>What SETCONF with no value leaves, where that is not the default: null then.</summary>
    public static string? Emptied(OptionFact fact) => fact.Type is "Boolean" or "Integer" or "TimeInterval" or "Float" && fact.Default is not (null or "0") ? "0" : null;

    private static Dictionary<string, OptionFact> Read()
    {
        Dictionary<string, OptionFact> facts = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', 3);
            facts.Add(words[0], new OptionFact(words[0], words[1], words.Length > 2 ? words[2] : null));
        }

        foreach (OptionDefinition option in OptionCatalog.All)
            facts.TryAdd(option.Name, new OptionFact(option.Name, option.IsList ? "LineList" : "String", null));
        return facts;
    }
}
