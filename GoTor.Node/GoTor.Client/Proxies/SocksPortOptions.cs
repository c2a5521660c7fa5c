using System.Net;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies;

/// <summary>What tells streams of one port apart, so that they do not share circuits. Proposal 171.</summary>
[Flags]
internal enum IsolationFlags
{
    None = 0,
    ClientAddr = 1,
    SocksAuth = 2,
    ClientProtocol = 4,
    DestPort = 8,
    DestAddr = 16,
    Default = ClientAddr | SocksAuth,
}

/// <summary>What applications speak at a port.</summary>
internal enum ProxyKind
{
    Socks,

    /// <summary>HTTP CONNECT (HTTPTunnelPort).</summary>
    HttpTunnel,

    /// <summary>Nothing: the system redirects their connections (TransPort).</summary>
    Transparent,

    /// <summary>DNS (DNSPort).</summary>
    Dns,
}

/// <summary>One SocksPort line: where to listen, and what its applications get. Defaults and meanings are C tor's.</summary>
internal sealed record SocksPortOptions
{
    public const ushort DefaultPort = 9050;

    public ProxyKind Kind { get; init; }

    /// <summary>Port 0 lets the system choose ("auto"). Ignored when there is a <see cref="UnixPath"/>.</summary>
    public IPEndPoint Address { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>Listen on a socket in the file system instead.</summary>
    public string? UnixPath { get; init; }

    /// <summary>"SocksPort 0": there is no port, not even the default one.</summary>
    public bool IsDisabled { get; init; }

    public IsolationFlags Isolation { get; init; } = IsolationFlags.Default;

    /// <summary>Ports of one group may share circuits; null means a group of its own.</summary>
    public int? SessionGroup { get; init; }

    public bool KeepAliveIsolateSocksAuth { get; init; }

    public bool IPv4Traffic { get; init; } = true;

    public bool IPv6Traffic { get; init; } = true;

    public bool PreferIPv6 { get; init; }

    /// <summary>Names that are mapped to virtual addresses get IPv6 ones where the application can use them.</summary>
    public bool PreferIPv6Automap { get; init; } = true;

    /// <summary>Remember IPv4 answers of exits. Off: an exit that chooses a lasting answer would know the next stream by it.</summary>
    public bool CacheIPv4Dns { get; init; }

    public bool CacheIPv6Dns { get; init; }

    /// <summary>Use what was remembered instead of asking an exit.</summary>
    public bool UseIPv4Cache { get; init; }

    public bool UseIPv6Cache { get; init; }

    public bool DnsRequest { get; init; } = true;

    public bool OnionTraffic { get; init; } = true;

    public bool ExtendedErrors { get; init; }

    public bool PreferSocksNoAuth { get; init; }

    public bool GroupWritable { get; init; }

    public bool WorldWritable { get; init; }

    public bool RelaxDirModeCheck { get; init; }

    /// <summary>Reads the value of a SocksPort line, for example "127.0.0.1:9050 IsolateDestAddr".</summary>
    /// <exception cref="FormatException">The message names what is wrong, and the nearest flag to an unknown one.</exception>
    public static SocksPortOptions Parse(string value, ProxyKind kind = ProxyKind.Socks) => SocksPortParser.Parse(value, kind);

    public DestinationPolicy PolicyFor(SocksServerOptions server) => new()
    {
        IPv4Traffic = IPv4Traffic,
        IPv6Traffic = IPv6Traffic,
        DnsRequest = DnsRequest,
        OnionTraffic = OnionTraffic,
        RejectInternalAddresses = server.ClientRejectInternalAddresses,
        RejectInternalLookups = server.ClientDnsRejectInternalAddresses,
        RejectPorts = server.RejectPlaintextPorts,
    };
}
