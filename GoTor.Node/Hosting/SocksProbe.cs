using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies;

namespace GoTor.Node.Hosting;

/// <summary>
/// Whether a node that runs with this configuration takes SOCKS connections: a health check for containers, which have no other program
/// inside. It says nothing about the Tor network; that is what the health of the metrics gateway is for.
/// </summary>
internal static class SocksProbe
{
    /// <summary>A port on the same machine answers at once or not at all.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(3);

    /// <returns>True when each configured port can be connected to. Ports that the system chose are unknown here, and passed over.</returns>
    public static async Task<bool> RunAsync(IEnumerable<SocksPortOptions> ports, TimeSpan patience)
    {
        using CancellationTokenSource timeout = new(patience);
        foreach (SocksPortOptions port in ports)
        {
            if (Target(port) is { } target && !await CanConnectAsync(target, timeout.Token))
                return false;
        }

        return true;
    }

    private static EndPoint? Target(SocksPortOptions port)
    {
        if (port.UnixPath is { } path)
            return new UnixDomainSocketEndPoint(path);
        if (port.Address.Port == 0)
            return null;
        IPAddress address = port.Address.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : port.Address.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : port.Address.Address;
        return new IPEndPoint(address, port.Address.Port);
    }

    private static async Task<bool> CanConnectAsync(EndPoint target, CancellationToken cancellation)
    {
        using Socket socket = new(
            target.AddressFamily, SocketType.Stream, target is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, cancellation);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            Console.Error.WriteLine($"[err] The SOCKS port {target} cannot be connected to.");
            return false;
        }
    }
}
