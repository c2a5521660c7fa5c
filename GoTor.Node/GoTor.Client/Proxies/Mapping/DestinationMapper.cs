using System.Net;
using GoTor.Client.Streams;
using GoTor.Protocol.Network;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies.Mapping;

/// <summary>A request after mapping.</summary>
/// <param name="Request">What is asked for now.</param>
/// <param name="OriginalHost">What the application said, in lower case: streams are isolated by that.</param>
/// <param name="Exit">The exit that the name in the map asks for.</param>
/// <param name="Refusal">Why nothing is to be done; null when something is.</param>
/// <param name="Answer">The name that a reverse lookup is answered with at once.</param>
internal sealed record MappedRequest(
    SocksRequest Request, string OriginalHost, PinnedExit? Exit = null, DestinationVerdict? Refusal = null, string? Answer = null)
{
    public override string ToString() => "[scrubbed]";
}

/// <summary>
/// Applies the address map to a request in C tor's order (connection_ap_handshake_rewrite): MapAddress first, then virtual addresses for
/// lookups, then everything else. A name that picks its exit works only where the map made it: a web page must not choose exits.
/// Safe for concurrent use.
/// </summary>
/// <param name="findRelay">A relay by fingerprint or nickname; null when the network has none, or the options exclude it as an exit.</param>
internal sealed class DestinationMapper(AddressMap map, Func<string, Relay?> findRelay)
{
    public AddressMap Map => map;

    public MappedRequest Apply(SocksRequest request, SocksPortOptions port)
    {
        string original = request.Host.ToLowerInvariant();
        MappedRequest unchanged = new(request, original);

        // A final dot must not get one of these past us.
        if (AddressMap.IsExitNotation(original.TrimEnd('.')) || original.TrimEnd('.') == "exit")
            return unchanged with { Refusal = DestinationVerdict.ExitNotation };
        if (request.Command == SocksCommand.ResolvePtr)
        {
            return HostName.TryParseAddress(original, out IPAddress? address) && map.RewriteReverse(address, AnswersOf(port)) is { } name
                ? unchanged with { Answer = name }
                : unchanged;
        }

        RewrittenHost mapped = map.Rewrite(original, AddressMapUse.MapAddress);
        string host = mapped.Host;
        if (request.Command == SocksCommand.Resolve && map.Options.ShouldAutomap(host) && !HostName.TryParseAddress(host, out _))
        {
            return map.MapVirtual(KindFor(request, port), host) is { } virtualAddress
                ? unchanged with { Request = request with { Host = virtualAddress } }
                : unchanged with { Refusal = DestinationVerdict.UnmappedVirtual };
        }

        RewrittenHost further = map.Rewrite(host, AddressMapUse.Automap | AddressMapUse.TrackExit | AnswersOf(port));
        host = further.Host;
        if (map.IsVirtual(host))
            return unchanged with { Refusal = DestinationVerdict.UnmappedVirtual };
        MappedRequest result = mapped.Changed || further.Changed ? unchanged with { Request = request with { Host = host } } : unchanged;
        return AddressMap.IsExitNotation(host) ? SplitExit(result, host, mapped.ExitSource ?? further.ExitSource) : result;
    }

    /// <summary>"host.relay.exit", or "relay.exit" for the relay's own address.</summary>
    private MappedRequest SplitExit(MappedRequest request, string host, AddressMapSource? source)
    {
        if (source is not (AddressMapSource.Torrc or AddressMapSource.Controller or AddressMapSource.TrackExit))
            return request with { Refusal = DestinationVerdict.ExitNotation };
        string rest = host[..^".exit".Length];
        int dot = rest.LastIndexOf('.');
        string target = dot < 0 ? "" : rest[..dot];
        if (dot == rest.Length - 1 || findRelay(rest[(dot + 1)..]) is not { } exit)
        {
            // An exit that was only seen before may leave the network. The host is still there.
            if (source == AddressMapSource.TrackExit && target.Length > 0)
                return request with { Request = request.Request with { Host = target } };
            return request with { Refusal = DestinationVerdict.BadExit };
        }

        return request with
        {
            Request = request.Request with { Host = target.Length > 0 ? target : exit.OrPort.Address.ToString() },
            Exit = new PinnedExit(exit.RsaIdentity, MayBeForgotten: source == AddressMapSource.TrackExit),
        };
    }

    private static AddressMapUse AnswersOf(SocksPortOptions port) =>
        (port.UseIPv4Cache ? AddressMapUse.IPv4Answers : 0) | (port.UseIPv6Cache ? AddressMapUse.IPv6Answers : 0);

    // SOCKS 4 cannot say IPv6.
    private static VirtualAddressKind KindFor(SocksRequest request, SocksPortOptions port) =>
        request.Version != SocksVersion.Socks4
        && (!port.IPv4Traffic || (port.IPv6Traffic && port.PreferIPv6) || port.PreferIPv6Automap)
            ? VirtualAddressKind.IPv6
            : VirtualAddressKind.IPv4;
}
