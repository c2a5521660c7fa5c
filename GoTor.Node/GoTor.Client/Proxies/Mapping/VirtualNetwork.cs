using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies.Mapping;

/// <summary>
/// A network whose addresses stand for names (VirtualAddrNetworkIPv4, VirtualAddrNetworkIPv6). By default it lies where an application
/// that connects by itself does not get far. Immutable.
/// </summary>
internal sealed record VirtualNetwork
{
    private readonly IPNetwork _network;

    private VirtualNetwork(IPNetwork network) => _network = network;

    public static VirtualNetwork DefaultIPv4 { get; } = new(IPNetwork.Parse("127.192.0.0/10"));

    public static VirtualNetwork DefaultIPv6 { get; } = new(IPNetwork.Parse("fe80::/10"));

    /// <summary>Reads "127.192.0.0/10" or "[FE80::]/10". The network must leave enough to choose from: /16, /104 or larger.</summary>
    /// <param name="error">Says what is wrong; null on success.</param>
    public static bool TryParse(string text, AddressFamily family, [NotNullWhen(true)] out VirtualNetwork? network, out string? error)
    {
        network = null;
        bool isIPv6 = family == AddressFamily.InterNetworkV6;
        int longest = isIPv6 ? 104 : 16;
        string example = isIPv6 ? "[FE80::]/10" : "127.192.0.0/10";
        int slash = text.LastIndexOf('/');
        if (slash < 0 || !HostName.TryParseAddress(text[..slash], out IPAddress? address) || HostName.IsIPv4(address) == isIPv6
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int bits))
        {
            error = $"'{text}' is not a network such as {example}.";
            return false;
        }

        if (bits > longest)
        {
            error = $"'{text}' is too small: it needs to be a /{longest} or larger.";
            return false;
        }

        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF << (8 - Math.Clamp(bits - (8 * i), 0, 8)));
        network = new VirtualNetwork(new IPNetwork(new IPAddress(bytes), bits));
        error = null;
        return true;
    }

    public bool Contains(IPAddress address) => _network.Contains(address);

    /// <summary>Any address of the network; of IPv4 none that ends in 0 or 255.</summary>
    public IPAddress Draw(TorRandom random)
    {
        byte[] prefix = _network.BaseAddress.GetAddressBytes();
        byte[] bytes = new byte[prefix.Length];
        do
        {
            random.Fill(bytes);
            for (int i = 0; i < bytes.Length; i++)
            {
                int fixedBits = Math.Clamp(_network.PrefixLength - (8 * i), 0, 8);
                bytes[i] = (byte)(prefix[i] | (bytes[i] & (0xFF >> fixedBits)));
            }
        }
        while (bytes.Length == 4 && bytes[3] is 0 or 255);
        return new IPAddress(bytes);
    }

    public override string ToString() =>
        HostName.IsIPv4(_network.BaseAddress) ? _network.ToString() : $"[{_network.BaseAddress}]/{_network.PrefixLength}";
}
