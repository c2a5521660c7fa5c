using System.Net;
using System.Net.Sockets;
using GoTor.Client.Streams;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>What a circuit must be able to do.</summary>
/// <param name="Ports">Ports that the exit must let out: all of them for a stream, as many as possible ahead of need. Empty: any exit does.</param>
/// <param name="Stable">Only relays that stay up: the stream will last.</param>
/// <param name="Exit">The one exit that will do; null where any may.</param>
internal sealed record CircuitNeeds(IReadOnlyList<ExitPort> Ports, bool Stable, RsaIdentity? Exit = null)
{
    /// <summary>For a lookup, which every exit can do.</summary>
    public static CircuitNeeds Lookup { get; } = new([], false);

    /// <summary>A name counts as IPv4, as in C tor, unless the application forbids it.</summary>
    public static CircuitNeeds ForStream(StreamRequest request, IReadOnlyList<ushort> longLivedPorts)
    {
        bool ipv6 = !request.IPv4Traffic
            || (IPAddress.TryParse(request.Host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6);
        return new CircuitNeeds([new ExitPort(request.Port, ipv6)], longLivedPorts.Contains(request.Port), request.Exit?.Identity);
    }

    /// <summary>The summary of its exit policy says that the exit would probably do it. It may refuse all the same.</summary>
    public bool AllowedBy(Relay exit, bool stable) => (stable || !Stable) && (Exit is null || Exit == exit.RsaIdentity) && Ports.All(port => port.IsAllowedBy(exit));

    public ExitRequest ToExitRequest(IReadOnlyCollection<RsaIdentity> avoidExits) =>
        new() { Ports = Ports, Stable = Stable, Only = Exit, Not = avoidExits };
}
