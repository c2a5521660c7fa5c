using System.Net;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Streams;

/// <summary>
/// Which addresses a CONNECTED can name, so that it is where the application wanted to go. What C tor refuses is refused here (relay.c).
/// </summary>
/// <param name="Internal">
/// Private ones, too. Such an address is on the exit's own network, or shall make the application believe that it is on ours.
/// </param>
internal readonly record struct AcceptedAddresses(bool Internal = false, bool IPv4 = true, bool IPv6 = true)
{
    /// <summary>Null: the exit does not say where it connected to, which it may.</summary>
    public bool Accept(IPAddress? address) =>
        address is null
        || (!address.Equals(IPAddress.IPv6Any)
            && (Internal || !HostName.IsInternal(address))
            && (HostName.IsIPv4(address) ? IPv4 : IPv6));
}
