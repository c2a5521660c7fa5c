using System.Net;
using System.Net.Sockets;
using GoTor.Node.Configuration;

namespace GoTor.Node.Tools.Diagnosing;

/// <summary>Whether this machine has a way to IPv4 and IPv6 addresses. The system is asked for a route; nothing is sent.</summary>
internal static class AddressFamilyCheck
{
    /// <summary>Addresses of documentation, RFC 5737 and RFC 3849: nobody has them, but a default route leads there.</summary>
    private static readonly IPEndPoint IPv4 = new(IPAddress.Parse("192.0.2.1"), 9);

    private static readonly IPEndPoint IPv6 = new(IPAddress.Parse("2001:db8::1"), 9);

    public static IEnumerable<Finding> Run(NodeConfiguration configuration)
    {
        bool hasIPv4 = HasRoute(IPv4);
        bool hasIPv6 = HasRoute(IPv6);
        bool usesIPv4 = configuration.Client.ClientUseIPv4;
        bool usesIPv6 = configuration.Client.ClientUseIPv6;
        yield return (hasIPv4, usesIPv4) switch
        {
            (true, _) => Finding.Good("IPv4", usesIPv4 ? "There is a route." : "There is a route, and ClientUseIPv4 0 does without it."),
            (false, true) when hasIPv6 && usesIPv6 => Finding.Warning("IPv4", "There is no route; the node uses IPv6.", "Set ClientUseIPv4 0, so that it does not try."),
            (false, true) => Finding.Bad("IPv4", "There is no route to the network.", "Check the connection of this machine; behind it, ClientUseIPv6."),
            _ => Finding.Good("IPv4", "There is no route, and ClientUseIPv4 0 needs none."),
        };
        yield return (hasIPv6, usesIPv6) switch
        {
            (true, _) => Finding.Good("IPv6", usesIPv6 ? "There is a route." : "There is a route, and ClientUseIPv6 0 does without it."),
            (false, true) => Finding.Warning("IPv6", "There is no route; relays are reached over IPv4.", hasIPv4 ? "Nothing, or set ClientUseIPv6 0." : "Check the connection of this machine."),
            _ => Finding.Good("IPv6", "There is no route, and ClientUseIPv6 0 needs none."),
        };
    }

    private static bool HasRoute(IPEndPoint target)
    {
        try
        {
            using Socket socket = new(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(target);
            return socket.LocalEndPoint is IPEndPoint { Address: var local } && !IPAddress.IsLoopback(local);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
