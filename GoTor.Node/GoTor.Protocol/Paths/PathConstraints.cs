using System.Net;
using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>What the user's options say about relays, ready to be asked. Immutable.</summary>
internal sealed record PathConstraints
{
    /// <summary>No wish at all: the default options.</summary>
    public static PathConstraints None { get; } = new();

    /// <summary>Guards come from here only, unless empty.</summary>
    public RelaySet EntryNodes { get; init; } = RelaySet.Empty;

    /// <summary>Exits come from here only, unless empty.</summary>
    public RelaySet ExitNodes { get; init; } = RelaySet.Empty;

    /// <summary>Never in a path.</summary>
    public RelaySet ExcludeNodes { get; init; } = RelaySet.Empty;

    /// <summary>Never the last hop of a path out of the network.</summary>
    public RelaySet ExcludeExitNodes { get; init; } = RelaySet.Empty;

    /// <summary>
    /// <see cref="ExcludeNodes"/> binds also where that makes something impossible: fetching from directory servers and reaching onion
    /// services. Ordinary paths never use an excluded relay. tor.1.
    /// </summary>
    public bool StrictNodes { get; init; }

    /// <summary>No two relays of a path share an IPv4 /16 or an IPv6 /32.</summary>
    public bool EnforceDistinctSubnets { get; init; } = true;

    /// <summary>Where our own firewall lets us connect to. Concerns the first hop only.</summary>
    public AddressPolicy ReachableAddresses { get; init; } = AddressPolicy.AcceptAll;

    public bool ClientUseIPv4 { get; init; } = true;

    public bool ClientUseIPv6 { get; init; } = true;

    /// <summary>Relays may have private and loopback addresses (private test networks).</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>We may open a connection to this address.</summary>
    public bool MayDial(IPEndPoint endPoint) =>
        (AddressPattern.IsV4(endPoint.Address) ? ClientUseIPv4 : ClientUseIPv6)
        && DialableAddress.IsDialable(endPoint, AllowPrivateAddresses)
        && ReachableAddresses.Allows(endPoint);

    /// <summary>The addresses of a relay that we may connect to, IPv4 first. Empty: it cannot be our first hop.</summary>
    public IReadOnlyList<IPEndPoint> DiallableOrPorts(Relay relay) => (MayDial(relay.OrPort), relay.OrPortV6 is { } v6 && MayDial(v6)) switch
    {
        (true, true) => [relay.OrPort, relay.OrPortV6!],
        (true, false) => [relay.OrPort],
        (false, true) => [relay.OrPortV6!],
        _ => [],
    };

    /// <summary>May stand somewhere in a path: not excluded, and at an address that a relay can have.</summary>
    public bool AllowsInPath(Relay relay) =>
        !ExcludeNodes.Contains(relay)
        && DialableAddress.IsDialable(relay.OrPort, AllowPrivateAddresses);

    /// <summary>May be the relay that we connect to.</summary>
    public bool AllowsAsFirstHop(Relay relay) =>
        AllowsInPath(relay)
        && (EntryNodes.IsEmpty || EntryNodes.Contains(relay))
        && (MayDial(relay.OrPort) || (relay.OrPortV6 is { } v6 && MayDial(v6)));

    /// <summary>May be the relay where streams leave the network.</summary>
    public bool AllowsAsExit(Relay relay) =>
        AllowsInPath(relay)
        && !ExcludeExitNodes.Contains(relay)
        && (ExitNodes.IsEmpty || ExitNodes.Contains(relay));
}
