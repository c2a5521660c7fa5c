using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies;
using GoTor.Node.Configuration;

namespace GoTor.Node.Tools.Diagnosing;

/// <summary>Whether the node's ports are free. A node that runs already holds them itself, so a port in use is no failure yet.</summary>
internal static class PortCheck
{
    private const string Name = "port";

    public static IEnumerable<Finding> Run(NodeConfiguration configuration)
    {
        foreach (SocksPortOptions port in configuration.SocksPorts)
            yield return Look(port, port.Kind == ProxyKind.Socks ? "SocksPort" : port.Kind.ToString());
        foreach (SocksPortOptions port in configuration.Control.Listeners)
            yield return Look(port, "ControlPort");
    }

    private static Finding Look(SocksPortOptions port, string option)
    {
        if (port.UnixPath is { } path)
        {
            return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
                ? Finding.Good(Name, $"{option} {path}: its directory exists.")
                : Finding.Bad(Name, $"{option} {path}: its directory does not exist.", "Make it, for the node's user alone.");
        }

        if (port.Address.Port == 0)
            return Finding.Good(Name, $"{option} auto: the system chooses one that is free.");
        bool isDatagram = port.Kind == ProxyKind.Dns;
        try
        {
            using Socket socket = new(port.Address.AddressFamily, isDatagram ? SocketType.Dgram : SocketType.Stream, isDatagram ? ProtocolType.Udp : ProtocolType.Tcp);
            socket.Bind(port.Address);
            return Finding.Good(Name, $"{option} {port.Address} is free.");
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return Finding.Warning(Name, $"{option} {port.Address} is in use.", "If no node of yours is running, find the other program (ss -ltnp) or choose another port.");
        }
        catch (SocketException error)
        {
            string remedy = error.SocketErrorCode switch
            {
                SocketError.AccessDenied => "Ports below 1024 need a privilege: choose a higher one.",
                SocketError.AddressNotAvailable => "This machine does not have the address: choose one that it has.",
                _ => "Choose another address.",
            };
            return Finding.Bad(Name, $"{option} {port.Address} cannot be listened on: {error.Message}", remedy);
        }
    }
}
