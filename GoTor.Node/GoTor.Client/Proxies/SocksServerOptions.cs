using GoTor.Protocol.Paths;

namespace GoTor.Client.Proxies;

/// <summary>What all SOCKS ports have in common. Names and defaults are those of torrc.</summary>
internal sealed record SocksServerOptions
{
    /// <summary>How long an application may take for its handshake and then wait for a stream, together.</summary>
    public TimeSpan SocksTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Refuse applications that give an address instead of a name.</summary>
    public bool SafeSocks { get; init; }

    /// <summary>Log for each request whether it was safe in that sense.</summary>
    public bool TestSocks { get; init; }

    /// <summary>Who may use the ports.</summary>
    public AddressPolicy SocksPolicy { get; init; } = AddressPolicy.AcceptAll;

    /// <summary>Exits' answers that name private addresses do not count, and private addresses are not looked up.</summary>
    public bool ClientDnsRejectInternalAddresses { get; init; } = true;

    public bool ClientRejectInternalAddresses { get; init; } = true;

    public IReadOnlyCollection<ushort> WarnPlaintextPorts { get; init; } = [23, 109, 110, 143];

    public IReadOnlyCollection<ushort> RejectPlaintextPorts { get; init; } = [];

    /// <summary>Applications at a time; more wait in the system's queue. By default what the limit on open files leaves.</summary>
    public int MaxConnections { get; init; } = ConnectionLimit.FromSystem();
}
