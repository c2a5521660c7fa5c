using System.Globalization;
using System.Net;
using System.Text;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>
/// Reads SocksPort lines. Takes what C tor takes; where C tor only warns of a flag and goes on without it, this refuses, for somebody
/// may rely on it. Flags count from left to right, the last one wins.
/// </summary>
internal static class SocksPortParser
{
    private const string UnixPrefix = "unix:";

    private static readonly string[] Known =
    [
        "IsolateClientAddr", "IsolateSOCKSAuth", "IsolateClientProtocol", "IsolateDestPort", "IsolateDestAddr", "KeepAliveIsolateSOCKSAuth",
        "SessionGroup=", "IPv4Traffic", "IPv6Traffic", "PreferIPv6", "PreferIPv6Automap", "CacheIPv4DNS", "CacheIPv6DNS", "CacheDNS",
        "UseIPv4Cache", "UseIPv6Cache", "UseDNSCache", "DNSRequest", "OnionTraffic", "OnionTrafficOnly", "ExtendedErrors",
        "PreferSOCKSNoAuth", "GroupWritable", "WorldWritable", "RelaxDirModeCheck",
    ];

    public static SocksPortOptions Parse(string value, ProxyKind kind)
    {
        (string where, string flags) = SplitOffAddress(value.Trim());
        SocksPortOptions options = ParseAddress(where);
        foreach (string flag in flags.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            options = Apply(options, flag);
        return Check(options with { Kind = kind }, flags);
    }

    private static (string Where, string Flags) SplitOffAddress(string value)
    {
        if (value.StartsWith(UnixPrefix + '"', StringComparison.OrdinalIgnoreCase))
        {
            StringBuilder path = new(UnixPrefix);
            for (int i = UnixPrefix.Length + 1; i < value.Length; i++)
            {
                if (value[i] == '"')
                    return (path.ToString(), value[(i + 1)..]);
                if (value[i] == '\\' && (++i == value.Length || value[i] is not ('\\' or '"')))
                    throw new FormatException("Within the quotes of a socket's path only \\\\ and \\\" are known escapes.");
                path.Append(value[i]);
            }

            throw new FormatException("The quotes around the socket's path do not end.");
        }

        int end = value.AsSpan().IndexOfAny(' ', '\t');
        return end < 0 ? (value, "") : (value[..end], value[end..]);
    }

    private static SocksPortOptions ParseAddress(string where)
    {
        if (where.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            string path = where[UnixPrefix.Length..];
            return Path.IsPathRooted(path)
                ? new SocksPortOptions { UnixPath = path }
                : throw new FormatException($"\"{path}\" is not an absolute path for a socket.");
        }

        if (where.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return new SocksPortOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) };
        if (TryParsePort(where, out ushort port))
            return new SocksPortOptions { Address = new IPEndPoint(IPAddress.Loopback, port), IsDisabled = port == 0 };

        int colon = where.LastIndexOf(':');
        if (colon > 0 && HostName.TryParseAddress(where[..colon], out IPAddress? address) && HasBracketsIfNeeded(where[..colon]))
        {
            if (where[(colon + 1)..].Equals("auto", StringComparison.OrdinalIgnoreCase))
                return new SocksPortOptions { Address = new IPEndPoint(address, 0) };
            if (TryParsePort(where[(colon + 1)..], out port) && port != 0)
                return new SocksPortOptions { Address = new IPEndPoint(address, port) };
        }

        throw new FormatException($"\"{where}\" is not a port, an address with a port, \"auto\", or \"unix:\" with a path.");
    }

    private static bool HasBracketsIfNeeded(string address) => address[0] == '[' || !address.Contains(':', StringComparison.Ordinal);

    private static bool TryParsePort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);

    private static SocksPortOptions Apply(SocksPortOptions options, string flag)
    {
        if (flag.StartsWith("SessionGroup=", StringComparison.OrdinalIgnoreCase))
            return ApplySessionGroup(options, flag);
        bool on = !flag.StartsWith("No", StringComparison.OrdinalIgnoreCase);
        string name = (on ? flag : flag[2..]).ToUpperInvariant();
        switch (name)
        {
            case "IPV4TRAFFIC":
                return options with { IPv4Traffic = on };
            case "IPV6TRAFFIC":
                return options with { IPv6Traffic = on };
            case "PREFERIPV6":
                return options with { PreferIPv6 = on };
            case "PREFERIPV6AUTOMAP":
                return options with { PreferIPv6Automap = on };
            case "CACHEIPV4DNS":
                return options with { CacheIPv4Dns = on };
            case "CACHEIPV6DNS":
                return options with { CacheIPv6Dns = on };
            case "CACHEDNS":
                return options with { CacheIPv4Dns = on, CacheIPv6Dns = on };
            case "USEIPV4CACHE":
                return options with { UseIPv4Cache = on };
            case "USEIPV6CACHE":
                return options with { UseIPv6Cache = on };
            case "USEDNSCACHE":
                return options with { UseIPv4Cache = on, UseIPv6Cache = on };
            case "DNSREQUEST":
                return options with { DnsRequest = on };
            case "ONIONTRAFFIC":
                return options with { OnionTraffic = on };
            case "ONIONTRAFFICONLY" when on:
                return options with { IPv4Traffic = false, IPv6Traffic = false, DnsRequest = false };
            case "ONIONTRAFFICONLY":
                throw new FormatException("NoOnionTrafficOnly means nothing. Say DNSRequest, IPv4Traffic or IPv6Traffic.");
            case "EXTENDEDERRORS":
                return options with { ExtendedErrors = on };
            case "PREFERSOCKSNOAUTH":
                return options with { PreferSocksNoAuth = on };
            case "KEEPALIVEISOLATESOCKSAUTH":
                return options with { KeepAliveIsolateSocksAuth = on };
            case "GROUPWRITABLE":
                return options with { GroupWritable = on };
            case "WORLDWRITABLE":
                return options with { WorldWritable = on };
            case "RELAXDIRMODECHECK":
                return options with { RelaxDirModeCheck = on };
        }

        if (IsolationOf(name.TrimEnd('S')) is { } isolation)
            return options with { Isolation = on ? options.Isolation | isolation : options.Isolation & ~isolation };
        string nearest = (on ? "" : "No") + NearestWord.To(on ? flag : flag[2..], Known);
        throw new FormatException($"Unknown flag \"{flag}\". Did you mean {nearest}?");
    }

    private static IsolationFlags? IsolationOf(string singular) => singular switch
    {
        "ISOLATECLIENTADDR" => IsolationFlags.ClientAddr,
        "ISOLATESOCKSAUTH" => IsolationFlags.SocksAuth,
        "ISOLATECLIENTPROTOCOL" => IsolationFlags.ClientProtocol,
        "ISOLATEDESTPORT" => IsolationFlags.DestPort,
        "ISOLATEDESTADDR" => IsolationFlags.DestAddr,
        _ => null,
    };

    private static SocksPortOptions ApplySessionGroup(SocksPortOptions options, string flag)
    {
        if (options.SessionGroup is not null)
            throw new FormatException("One line can have one SessionGroup.");
        return int.TryParse(flag["SessionGroup=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int group)
            ? options with { SessionGroup = group }
            : throw new FormatException($"\"{flag}\" needs a number from 0 to {int.MaxValue}.");
    }

    private static SocksPortOptions Check(SocksPortOptions options, string flags)
    {
        if (options.IsDisabled)
        {
            return string.IsNullOrWhiteSpace(flags)
                ? options
                : throw new FormatException("Port 0 means that there is none; it takes no flags.");
        }

        if (!options.IPv4Traffic && !options.IPv6Traffic && !options.OnionTraffic)
            throw new FormatException("A port without IPv4, IPv6 and onion traffic has no use.");
        if (options.DnsRequest && !options.IPv4Traffic && !options.IPv6Traffic)
            throw new FormatException("Without IPv4 and IPv6 traffic names lead nowhere. Say NoDNSRequest, or OnionTrafficOnly.");
        bool isUnix = options.UnixPath is not null;
        if (isUnix && (options.Kind is ProxyKind.Transparent or ProxyKind.Dns))
            throw new FormatException("This kind of port cannot be a unix socket.");
        if (!isUnix && (options.GroupWritable || options.WorldWritable || options.RelaxDirModeCheck))
            throw new FormatException("GroupWritable, WorldWritable and RelaxDirModeCheck are for unix sockets.");
        bool isolatesAuth = options.Isolation.HasFlag(IsolationFlags.SocksAuth);
        if (options.KeepAliveIsolateSocksAuth && !isolatesAuth)
            throw new FormatException("KeepAliveIsolateSOCKSAuth needs IsolateSOCKSAuth.");

        // Applications on a unix socket have no address; without a use for passwords there is no point in asking for them.
        return options with
        {
            Isolation = isUnix ? options.Isolation & ~IsolationFlags.ClientAddr : options.Isolation,
            PreferSocksNoAuth = options.PreferSocksNoAuth || !isolatesAuth,
        };
    }
}
