using System.Net;

namespace GoTor.Protocol.Socks;

/// <summary>What a port lets its applications ask for. The flags are those of SocksPort.</summary>
internal sealed record DestinationPolicy
{
    public bool IPv4Traffic { get; init; } = true;

    public bool IPv6Traffic { get; init; } = true;

    public bool DnsRequest { get; init; } = true;

    public bool OnionTraffic { get; init; } = true;

    /// <summary>ClientRejectInternalAddresses.</summary>
    public bool RejectInternalAddresses { get; init; } = true;

    /// <summary>ClientDNSRejectInternalAddresses.</summary>
    public bool RejectInternalLookups { get; init; } = true;

    /// <summary>RejectPlaintextPorts.</summary>
    public IReadOnlyCollection<ushort> RejectPorts { get; init; } = [];
}

internal enum DestinationVerdict
{
    /// <summary>Ask an exit: the request is in order.</summary>
    Allowed,

    /// <summary>An address was to be resolved; it is its own answer.</summary>
    IsItsOwnAnswer,

    /// <summary>A valid onion address.</summary>
    OnionService,

    /// <summary>Ends in .onion and is no onion address.</summary>
    BadOnionAddress,

    /// <summary>Onion addresses cannot be resolved, they are their own keys.</summary>
    OnionLookup,

    /// <summary>A name that picks its exit, off in C tor since it lets a web page choose exits.</summary>
    ExitNotation,

    /// <summary>A mapping names an exit that is not in the network, or is excluded.</summary>
    BadExit,

    /// <summary>An address that stands for a name, and nobody knows which: it would mean something else to an exit.</summary>
    UnmappedVirtual,

    /// <summary>The port's flags forbid it.</summary>
    ForbiddenByPort,

    PortZero,

    InternalAddress,

    /// <summary>A reverse lookup of an internal address: it would tell the exit about the network we are on.</summary>
    InternalLookup,
}

/// <param name="Host">What goes to the exit: lower case, addresses in canonical form, IPv6 in brackets.</param>
/// <param name="Address">Set when the host is an address.</param>
internal sealed record Destination(DestinationVerdict Verdict, string Host, IPAddress? Address)
{
    public override string ToString() => "[scrubbed]";
}

/// <summary>Decides about a complete request before anything leaves the machine, in C tor's order.</summary>
internal static class DestinationRules
{
    /// <param name="exitIsChosen">A mapping names the exit, so that a private address means something there.</param>
    public static Destination Decide(SocksRequest request, DestinationPolicy policy, bool exitIsChosen = false)
    {
        if (exitIsChosen)
            policy = policy with { RejectInternalAddresses = false };
        string host = request.Host.ToLowerInvariant();
        if (HostName.TryParseAddress(host, out IPAddress? address))
            host = HostName.IsIPv4(address) ? address.ToString() : $"[{address}]";
        return new Destination(Judge(request, policy, host, address), host, address);
    }

    /// <summary>The SOCKS reply for a verdict that ends the request. Lookups fail in one way only, whatever the reason.</summary>
    public static SocksReplyCode ReplyFor(DestinationVerdict verdict, SocksCommand command, bool extendedErrors) => verdict switch
    {
        _ when command != SocksCommand.Connect => SocksReplyCode.HostUnreachable,
        DestinationVerdict.ForbiddenByPort => SocksReplyCode.NotAllowed,
        DestinationVerdict.BadOnionAddress when extendedErrors => SocksReplyCode.OnionAddressInvalid,
        DestinationVerdict.OnionService when extendedErrors => SocksReplyCode.OnionDescriptorNotFound,
        DestinationVerdict.OnionService => SocksReplyCode.HostUnreachable,
        _ => SocksReplyCode.GeneralFailure,
    };

    private static DestinationVerdict Judge(SocksRequest request, DestinationPolicy policy, string host, IPAddress? address)
    {
        // A final dot must not get an onion name past us to an exit.
        string name = host.TrimEnd('.');
        if (name is "exit" || name.EndsWith(".exit", StringComparison.Ordinal))
            return DestinationVerdict.ExitNotation;
        if (OnionHostname.HasSuffix(name))
            return JudgeOnion(request, policy, name);
        if (address is null ? !policy.DnsRequest : !(HostName.IsIPv4(address) ? policy.IPv4Traffic : policy.IPv6Traffic))
            return DestinationVerdict.ForbiddenByPort;
        return request.Command switch
        {
            SocksCommand.Resolve => address is null ? DestinationVerdict.Allowed : DestinationVerdict.IsItsOwnAnswer,
            SocksCommand.ResolvePtr => policy.RejectInternalLookups && address is not null && HostName.IsInternal(address)
                ? DestinationVerdict.InternalLookup
                : DestinationVerdict.Allowed,
            _ => JudgeConnect(request, policy, name, address),
        };
    }

    private static DestinationVerdict JudgeOnion(SocksRequest request, DestinationPolicy policy, string name)
    {
        if (!OnionHostname.IsValid(name))
            return DestinationVerdict.BadOnionAddress;
        if (!policy.OnionTraffic)
            return DestinationVerdict.ForbiddenByPort;
        return request.Command == SocksCommand.Connect ? DestinationVerdict.OnionService : DestinationVerdict.OnionLookup;
    }

    private static DestinationVerdict JudgeConnect(SocksRequest request, DestinationPolicy policy, string name, IPAddress? address)
    {
        if (request.Port == 0)
            return DestinationVerdict.PortZero;
        if (policy.RejectInternalAddresses && (address is null ? HostName.IsLocal(name) : HostName.IsInternal(address)))
            return DestinationVerdict.InternalAddress;
        bool cannotSayIPv6 = request.Version == SocksVersion.Socks4 && address is not null && !HostName.IsIPv4(address);
        return cannotSayIPv6 || policy.RejectPorts.Contains(request.Port) ? DestinationVerdict.ForbiddenByPort : DestinationVerdict.Allowed;
    }
}
