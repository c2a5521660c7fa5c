using System.Net;
using System.Net.Sockets;

namespace GoTor.Testing.PrivateNetwork;

/// <summary>Loopback addresses and ports that nobody uses.</summary>
internal static class PortFinder
{
    /// <returns>
    /// Addresses 127.x.y.1, each in a /16 of its own; chosen by chance so that networks of other processes live elsewhere.
    /// </returns>
    public static IPAddress[] Addresses(int count)
    {
        byte[] subnets = [.. Enumerable.Range(1, 254).Select(value => (byte)value)];
        Random.Shared.Shuffle(subnets);
        return [.. subnets.Take(count).Select(subnet => new IPAddress([127, subnet, (byte)Random.Shared.Next(1, 255), 1]))];
    }

    /// <summary>
    /// A port that is free now. Whoever is to listen there opens it a moment later, so the answer is a good guess, no promise.
    /// </summary>
    public static IPEndPoint Free(IPAddress address)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return (IPEndPoint)socket.LocalEndPoint! is { Port: int port } ? new IPEndPoint(address, port) : throw new InvalidOperationException();
    }

    /// <summary>Whether somebody takes connections there.</summary>
    public static bool Answers(IPEndPoint endPoint)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
