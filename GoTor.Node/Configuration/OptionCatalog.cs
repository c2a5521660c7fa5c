using System.Globalization;
using System.Net.Sockets;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Mapping;
using GoTor.Node.Logging;
using GoTor.Node.Reporting.Sending;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Paths;

namespace GoTor.Node.Configuration;

/// <summary>Every option that acts. What is not here is refused by name.</summary>
internal static class OptionCatalog
{
    private static readonly OptionDefinition[] Definitions =
    [
        Port("SocksPort", "Where applications connect: [address:]port, unix:path, auto or 0, then flags", ProxyKind.Socks),
        Port("HTTPTunnelPort", "The same for applications that speak HTTP CONNECT", ProxyKind.HttpTunnel),
        Port("DNSPort", "Where lookups are answered, over UDP and TCP", ProxyKind.Dns),
        Port("TransPort", "Where the system redirects connections to (Linux, NAT)", ProxyKind.Transparent),
        Port("__SocksPort", "SocksPort for a program that starts this one", ProxyKind.Socks),
        Port("__HTTPTunnelPort", "HTTPTunnelPort for a program that starts this one", ProxyKind.HttpTunnel),
        Port("__DNSPort", "DNSPort for a program that starts this one", ProxyKind.Dns),
        Port("__TransPort", "TransPort for a program that starts this one", ProxyKind.Transparent),
        new("TransProxyType", false, "default: redirected by NAT", ReadTransProxyType),
        new("SocksPolicy", true, "Who may use these ports: accept|reject address[/mask], ...", ReadSocksPolicy),
        Text("DataDirectory", "Where guards and other state are kept", (draft, value) => draft.DataDirectory = value),
        Text("CacheDirectory", "Where directory documents are cached; the data directory by default", (draft, value) => draft.CacheDirectory = value),
        new("Log", true, "minSeverity[-maxSeverity] stdout|stderr|file PATH", ReadLog),
        Text("SyslogIdentityTag", "What our lines in the system's log begin with", (draft, value) => draft.SyslogTag = value),
        Switch("TruncateLogFile", "Begin log files anew"),
        Interval("LogTimeGranularity", "Times in logs are cut down to a multiple of this"),
        Text("PidFile", "A file for the number of our process", (draft, value) => draft.PidFile = value),
        new("User", false, "Who we are already: this program does not change users", ReadUser),
        Switch("UnixSocksGroupWritable", "The group of unix sockets may connect"),
        Switch("UseDefaultFallbackDirs", "Use the built-in fallback directories"),
        Switch("FascistFirewall", "Our firewall lets us reach FirewallPorts only"),
        Ports("FirewallPorts", "With FascistFirewall, the ports that can be reached"),
        .. FixedOptions.All,
        new("SafeLogging", false, "1: destinations are never logged, so nothing else is possible", ReadSafeLogging),
        new("MapAddress", true, "address newaddress: what applications ask for, and what they get instead", ReadMapAddress),
        Switch("AutomapHostsOnResolve", "Answer lookups of names in AutomapHostsSuffixes with addresses that stand for them"),
        new("AutomapHostsSuffixes", false, "Ends of names that are mapped, separated by commas; . is every name", ReadAutomapSuffixes),
        new("VirtualAddrNetworkIPv4", false, "Where addresses that stand for names are taken from", ReadVirtualNetwork),
        new("VirtualAddrNetworkIPv6", false, "Where addresses that stand for names are taken from", ReadVirtualNetwork),
        new("TrackHostExits", false, "Hosts and .domains that see one exit as long as it serves, separated by commas", ReadTrackHostExits),
        Interval("TrackHostExitsExpire", "How long a host that is not visited keeps its exit"),
        Switch("SafeSocks", "Refuse requests that name addresses instead of names"),
        Switch("TestSocks", "Log for every request whether it named an address or a name"),
        Ports("WarnPlaintextPorts", "Warn about streams to these ports"),
        Ports("RejectPlaintextPorts", "Refuse streams to these ports"),
        new("DirAuthority", true, "[nickname] [flags] address:dirport fingerprint: replaces the built-in authorities", ReadAuthority),
        new("FallbackDir", true, "address:dirport orport=port id=fingerprint", ReadFallback),
        Switch("TestingTorNetwork", "Defaults for a private test network"),
        Switch("ExtendAllowPrivateAddresses", "Dial relays at private addresses"),
        Switch("ClientRejectInternalAddresses", "Refuse requests for private addresses"),
        Switch("ClientDNSRejectInternalAddresses", "Refuse answers of exits that name private addresses"),
        Interval("TestingClientDownloadInitialDelay", "Delay before descriptors are fetched on a test network"),
        Interval("TestingClientConsensusDownloadInitialDelay", "Delay before a consensus is fetched on a test network"),
        Interval("TestingClientMaxIntervalWithoutRequest", "Longest wait for more descriptors to ask for at once"),
        Interval("TestingDirConnectionMaxStall", "A directory answer that stalls for longer is given up"),
        Nodes("EntryNodes", "Relays for the first hop"),
        Nodes("ExitNodes", "Relays for the last hop"),
        Nodes("ExcludeNodes", "Relays to avoid"),
        Nodes("ExcludeExitNodes", "Relays to avoid as the last hop"),
        Text("GeoIPFile", "Which countries IPv4 addresses are in, for {cc} in lists of relays", (draft, value) => draft.GeoIpFile = value),
        Text("GeoIPv6File", "The same for IPv6", (draft, value) => draft.GeoIpV6File = value),
        new("GeoIPExcludeUnknown", false, "Excluding a country excludes relays of unknown country: 0, 1 or auto", ReadExcludeUnknown),
        Switch("StrictNodes", "ExcludeNodes is never broken, whatever fails"),
        Interval("MaxCircuitDirtiness", "No new streams on a circuit that was first used longer ago"),
        Interval("NewCircuitPeriod", "How often the need for new circuits is looked at"),
        Interval("CircuitBuildTimeout", "A circuit that takes longer to build is given up"),
        Switch("LearnCircuitBuildTimeout", "Adapt CircuitBuildTimeout to what this network does"),
        new("NumEntryGuards", false, "How many guards to use; 0 asks the consensus", ReadNumEntryGuards),
        Switch("UseEntryGuards", "Keep to a few first hops"),
        Switch("EnforceDistinctSubnets", "No two hops in one /16"),
        Switch("ClientUseIPv4", "Connect to relays over IPv4"),
        Switch("ClientUseIPv6", "Connect to relays over IPv6"),
        new("ConnectionPadding", false, "Pad connections to relays: 0, 1 or auto", ReadConnectionPadding),
        Switch("ReducedConnectionPadding", "Pad less, and close what nobody uses sooner"),
        new("ReachableAddresses", true, "What our firewall lets us reach: [accept|reject] address[/mask][:port], ...", ReadReachable),
        Ports("LongLivedPorts", "Ports whose circuits consist of Stable relays"),
        Interval("SocksTimeout", "A request that cannot be served for so long is refused"),
        new("PathsNeededToBuildCircuits", false, "Fraction of paths, 0.25 to 0.95, known before circuits are built", ReadPathsNeeded),
        Switch("ClientOnly", "Be no relay, which this program never is"),
        new("RunAsDaemon", false, "0: use a service manager", ReadRunAsDaemon),
        new("ControlPort", true, "Where controllers connect: [address:]port, unix:path, auto or 0", ControlLines.ReadPort),
        new("ControlSocket", true, "The same as a path of a unix socket", ControlLines.ReadSocket),
        new("__ControlPort", true, "The same for a program that starts this one", ControlLines.ReadPort),
        Switch("ControlSocketsGroupWritable", "The group of ControlSocket may connect"),
        Switch("CookieAuthentication", "Who can read CookieAuthFile may control this node"),
        Text("CookieAuthFile", "Where the cookie is written; control_auth_cookie in the data directory by default", (draft, value) => draft.Control.CookieFile = value),
        Switch("CookieAuthFileGroupReadable", "The group of CookieAuthFile may read it"),
        new("HashedControlPassword", true, "Who knows the password may control this node", ControlLines.ReadPassword),
        new("__HashedControlSessionPassword", true, "The same for a program that starts this one", ControlLines.ReadPassword),
        Text("ControlPortWriteToFile", "A file for the addresses of the control ports", (draft, value) => draft.Control.PortFile = value),
        Switch("ControlPortFileGroupReadable", "The group of ControlPortWriteToFile may read it"),
        new("__OwningControllerProcess", false, "End when this process ends", ControlLines.ReadOwner),
        Switch("__LeaveStreamsUnattached", "Streams wait until a controller attaches them"),
        Switch("__DisablePredictedCircuits", "Build no circuits ahead of need"),
        Switch("EnableMetrics", "Report to a metrics gateway"),
        new("MetricsPort", false, "Start a metrics gateway that serves [address:]port; 0 is none", ReadMetricsPort),
        new("MetricsGateway", false, "Report to the gateway at host:port, http://host:port or https://host:port", ReadMetricsGateway),
        new("MetricsToken", false, "The gateway's token; better in a file", ReadMetricsToken),
        new("MetricsTokenFile", false, "A file with the gateway's token", ReadMetricsTokenFile),
        new("MetricsNodeName", false, "What this node is called in its reports", ReadMetricsNodeName),
        new("MetricsLabels", false, "name=value, ...: what you want to say about this node", ReadMetricsLabels),
        Switch("MetricsProfiling", "The gateway may ask this node for profiles"),
        Interval("ShutdownWaitLength", "How long streams may go on after SIGINT or SIGTERM"),
        new("TraceSampling", false, "Share of streams and circuit builds that are traced, 0 to 1; 0 is off", ReadTraceSampling),
        new("TraceEndpoint", false, "OTLP receiver for traces: http://ADDRESS:PORT for gRPC, with a path for HTTP", ReadTraceEndpoint),
    ];

    private static readonly Dictionary<string, OptionDefinition> ByName =
        Definitions.ToDictionary(definition => definition.Name, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<OptionDefinition> All => Definitions;

    public static OptionDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Says why an option is refused, and what its author may have meant.</summary>
    public static string Refusal(string name)
    {
        string nearest = NearestWord.To(name, ByName.Keys);
        return CTorOptionNames.All.Contains(name)
            ? $"Option '{name}' exists in C tor but is not supported here, and ignoring it could be unsafe. Remove the line. The nearest supported option is '{nearest}'."
            : $"Unknown option '{name}'. Did you mean '{nearest}'?";
    }

    private static OptionDefinition Text(string name, string help, Action<ConfigurationDraft, string> set) => new(name, false, help, (draft, line) =>
    {
        if (line.Value.Length == 0)
            draft.Problem(line.Source, $"{name} needs a value.");
        else
            set(draft, line.Value);
    });

    private static OptionDefinition Switch(string name, string help) => new(name, false, help, (draft, line) =>
    {
        if (line.Value is "0" or "1")
            draft.Switches[name] = line.Value == "1";
        else
            draft.Problem(line.Source, $"{name} is 0 or 1, not '{line.Value}'.");
    });

    private static OptionDefinition Interval(string name, string help) => new(name, false, help, (draft, line) =>
    {
        if (Units.TryParseInterval(line.Value, out TimeSpan interval))
            draft.Intervals[name] = interval;
        else
            draft.Problem(line.Source, $"{name} is a time such as '90 seconds' or '10 minutes', not '{line.Value}'.");
    });

    private static OptionDefinition Nodes(string name, string help) => new(name, false, help, (draft, line) =>
    {
        if (!RelaySet.TryParse(line.Value, name, out _, out string? error))
            draft.Problem(line.Source, error!);
        else
            draft.NodeLists[name] = line.Value;
    });

    private static OptionDefinition Ports(string name, string help) => new(name, false, help, (draft, line) =>
    {
        List<ushort> ports = [];
        foreach (string part in line.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (ushort.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0)
                ports.Add(port);
            else
                draft.Problem(line.Source, $"{name}: '{part}' is not a port.");
        }

        draft.PortLists[name] = ports;
    });

    private static OptionDefinition Port(string name, string help, ProxyKind kind) => new(name, true, help, (draft, line) =>
    {
        try
        {
            SocksPortOptions port = SocksPortOptions.Parse(line.Value, kind);
            if (kind == ProxyKind.Transparent && !port.IsDisabled && !OperatingSystem.IsLinux())
                draft.Problem(line.Source, $"{name} works on Linux only.");
            else
                draft.Ports.Add(port);
        }
        catch (FormatException error)
        {
            draft.Problem(line.Source, kind == ProxyKind.Socks ? error.Message : $"{name}: {error.Message}");
        }
    });

    private static void ReadTransProxyType(ConfigurationDraft draft, ConfigLine line)
    {
        if (!line.Value.Equals("default", StringComparison.OrdinalIgnoreCase))
            draft.Problem(line.Source, $"TransProxyType is default only: redirect with NAT (iptables -j REDIRECT). '{line.Value}' is not supported.");
    }

    private static void ReadSocksPolicy(ConfigurationDraft draft, ConfigLine line)
    {
        if (AddressPolicy.TryParse(line.Value, "SocksPolicy", out _, out string? error))
            draft.SocksPolicy.Add(line.Value);
        else
            draft.Problem(line.Source, error!);
    }

    private static void ReadMapAddress(ConfigurationDraft draft, ConfigLine line)
    {
        if (line.Value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is not [string from, string to])
            draft.Problem(line.Source, $"MapAddress is two names or addresses, not '{line.Value}'.");
        else if (from.StartsWith('.') || to.StartsWith('.'))
            draft.Problem(line.Source, $"MapAddress: '{line.Value}' starts with a dot, which could mean two things. Write *.example.com for all names below example.com.");
        else if (!AddressMap.IsValidTarget(from) && from != "*")
            draft.Problem(line.Source, $"MapAddress: '{from}' is no name, address or *.name.");
        else if (AddressMap.Check(from, to) is { } wrong)
            draft.Problem(line.Source, $"MapAddress: '{line.Value}': {wrong}.");
        else
            draft.MapAddresses.Add((from, to));
    }

    private static void ReadAutomapSuffixes(ConfigurationDraft draft, ConfigLine line) => draft.AutomapSuffixes = Csv(line.Value);

    private static void ReadVirtualNetwork(ConfigurationDraft draft, ConfigLine line)
    {
        bool isIPv6 = line.Key.EndsWith('6');
        if (!VirtualNetwork.TryParse(line.Value, isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out VirtualNetwork? network, out string? error))
            draft.Problem(line.Source, $"{line.Key}: {error}");
        else if (isIPv6)
            draft.VirtualIPv6 = network;
        else
            draft.VirtualIPv4 = network;
    }

    private static void ReadTrackHostExits(ConfigurationDraft draft, ConfigLine line) => draft.TrackHostExits = Csv(line.Value);

    private static string[] Csv(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void ReadLog(ConfigurationDraft draft, ConfigLine line)
    {
        if (LogRule.TryParse(line.Value, out LogRule? rule, out string? error))
            draft.Logs.Add(rule);
        else
            draft.Problem(line.Source, $"Log: {error}");
    }

    private static void ReadAuthority(ConfigurationDraft draft, ConfigLine line)
    {
        if (DirectoryLines.TryParseAuthority(line.Value, out var authority, out string? error))
            draft.DirAuthorities.Add(authority);
        else
            draft.Problem(line.Source, $"DirAuthority: {error}");
    }

    private static void ReadFallback(ConfigurationDraft draft, ConfigLine line)
    {
        if (DirectoryLines.TryParseFallback(line.Value, out var fallback, out string? error))
            draft.FallbackDirs.Add(fallback);
        else
            draft.Problem(line.Source, $"FallbackDir: {error}");
    }

    private static void ReadReachable(ConfigurationDraft draft, ConfigLine line)
    {
        if (AddressPolicy.TryParse(line.Value, "ReachableAddresses", out _, out string? error))
            draft.ReachableAddresses.Add(line.Value);
        else
            draft.Problem(line.Source, error!);
    }

    private static void ReadConnectionPadding(ConfigurationDraft draft, ConfigLine line)
    {
        switch (line.Value)
        {
            case "0":
                draft.ConnectionPadding = ConnectionPadding.Off;
                break;
            case "1":
                draft.ConnectionPadding = ConnectionPadding.On;
                break;
            case "auto":
                draft.ConnectionPadding = ConnectionPadding.Auto;
                break;
            default:
                draft.Problem(line.Source, $"ConnectionPadding is 0, 1 or auto, not '{line.Value}'.");
                break;
        }
    }

    private static void ReadNumEntryGuards(ConfigurationDraft draft, ConfigLine line)
    {
        if (int.TryParse(line.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= 10)
            draft.NumEntryGuards = count;
        else
            draft.Problem(line.Source, $"NumEntryGuards is a number from 0 to 10, not '{line.Value}'.");
    }

    private static void ReadPathsNeeded(ConfigurationDraft draft, ConfigLine line)
    {
        if (!double.TryParse(line.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction) || double.IsNaN(fraction))
            draft.Problem(line.Source, $"PathsNeededToBuildCircuits is a fraction from 0.25 to 0.95, not '{line.Value}'.");
        else if (fraction >= 0)
            draft.PathsNeededToBuildCircuits = Math.Clamp(fraction, 0.25, 0.95);
    }

    private static void ReadTraceSampling(ConfigurationDraft draft, ConfigLine line)
    {
        if (double.TryParse(line.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1)
            draft.TraceSampling = share;
        else
            draft.Problem(line.Source, $"TraceSampling is a share from 0 to 1, not '{line.Value}'.");
    }

    private static void ReadTraceEndpoint(ConfigurationDraft draft, ConfigLine line)
    {
        if (Uri.TryCreate(line.Value, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https" && endpoint.UserInfo.Length == 0)
            draft.TraceEndpoint = endpoint;
        else
            draft.Problem(line.Source, "TraceEndpoint is a URL such as http://127.0.0.1:4317, without a password in it.");
    }

    private static void ReadSafeLogging(ConfigurationDraft draft, ConfigLine line)
    {
        if (line.Value is not ("1" or "relay"))
            draft.Problem(line.Source, $"SafeLogging is 1 here, not '{line.Value}': destinations are never written to logs.");
    }

    private static void ReadExcludeUnknown(ConfigurationDraft draft, ConfigLine line)
    {
        if (line.Value is "0" or "1" or "auto")
            draft.GeoIpExcludeUnknown = line.Value == "auto" ? null : line.Value == "1";
        else
            draft.Problem(line.Source, $"GeoIPExcludeUnknown is 0, 1 or auto, not '{line.Value}'.");
    }

    private static void ReadUser(ConfigurationDraft draft, ConfigLine line)
    {
        if (line.Value != Environment.UserName)
            draft.Problem(line.Source, $"User: this program runs as the user who starts it. Start it as '{line.Value}' (User= of systemd), and leave out the line.");
    }

    private static void ReadRunAsDaemon(ConfigurationDraft draft, ConfigLine line)
    {
        if (line.Value != "0")
            draft.Problem(line.Source, "RunAsDaemon: only 0 is supported. Let systemd, a container or nohup run the program in the background.");
    }

    private static void ReadMetricsPort(ConfigurationDraft draft, ConfigLine line)
    {
        if (MetricsLines.TryParsePort(line.Value, out System.Net.IPEndPoint? address))
            draft.Metrics.Port = address;
        else
            draft.Problem(line.Source, $"MetricsPort is a port, address:port or 0, not '{line.Value}'.");
    }

    private static void ReadMetricsGateway(ConfigurationDraft draft, ConfigLine line)
    {
        if (MetricsLines.TryParseGateway(line.Value, out Uri? gateway))
            draft.Metrics.Gateway = gateway;
        else
            draft.Problem(line.Source, $"MetricsGateway is host:port, http://host:port or https://host:port (the gateway's gRPC port, 9053 by default), not '{line.Value}'.");
    }

    private static void ReadMetricsToken(ConfigurationDraft draft, ConfigLine line)
    {
        draft.Metrics.HasToken = true;
        // Problems never repeat the value.
        if (line.Source == ConfigSource.CommandLine)
            draft.Problem(line.Source, $"MetricsToken does not belong on a command line, where every user of this machine can read it. Use MetricsTokenFile or the environment variable {MetricsLines.TokenVariable}.");
        else if (BearerToken.TryParse(line.Value, out BearerToken? token, out string? error))
            draft.Metrics.Token = token;
        else
            draft.Problem(line.Source, $"MetricsToken: {error}");
    }

    private static void ReadMetricsTokenFile(ConfigurationDraft draft, ConfigLine line)
    {
        draft.Metrics.HasToken = true;
        draft.Metrics.TokenFile = MetricsLines.ReadTokenFile(line.Value, line.Source, draft.Problems);
        draft.Metrics.TokenPath = line.Value;
    }

    private static void ReadMetricsNodeName(ConfigurationDraft draft, ConfigLine line)
    {
        if (MetricsLines.IsNodeName(line.Value))
            draft.Metrics.NodeName = line.Value;
        else
            draft.Problem(line.Source, $"MetricsNodeName is 1 to 64 letters, digits, dots, underscores and hyphens, not '{line.Value}'.");
    }

    private static void ReadMetricsLabels(ConfigurationDraft draft, ConfigLine line)
    {
        if (MetricsLines.TryParseLabels(line.Value, out Dictionary<string, string>? labels))
            draft.Metrics.Labels = labels;
        else
            draft.Problem(line.Source, "MetricsLabels is up to eight of name=value, separated by commas: names of lower-case letters, digits and underscores, values of up to 64 characters.");
    }
}
