using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Protocol.Network;
using GoTor.Protocol.Socks;

namespace GoTor.Client.ControlPort.Commands;

/// <summary>
/// What controllers have asked of exits passes through the same mappings and rules as what applications ask for: an onion name or an address
/// of our own network must not reach an exit by way of the control port.
/// </summary>
internal static class ControllerDestinations
{
    /// <param name="stream">The stream whose families are allowed; null allows both.</param>
    /// <returns>Only what is <see cref="DestinationVerdict.Allowed"/> may go to an exit. Null where the host is neither a name nor an address.</returns>
    public static (Destination Destination, MappedRequest Mapped)? Judge(
        ClientParts client, SocksCommand command, string host, ushort port = 0, StreamRequest? stream = null)
    {
        if (!HostName.IsValidDestination(host))
            return null;
        SocksRequest asked = new() { Version = SocksVersion.Socks5, Command = command, AddressType = SocksAddressType.Name, Host = host, Port = port };
        SocksPortOptions flags = new()
        {
            IPv4Traffic = stream?.IPv4Traffic ?? true,
            IPv6Traffic = stream?.IPv6Traffic ?? true,
            PreferIPv6Automap = false,
        };
        MappedRequest mapped = client.Mapper.Apply(asked, flags);
        Destination destination = DestinationRules.Decide(mapped.Request, flags.PolicyFor(client.ProxyRules()), mapped.Exit is not null);
        if (mapped.Refusal is { } refusal)
            destination = destination with { Verdict = refusal };
        return (destination, mapped);
    }
}
