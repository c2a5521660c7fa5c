using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Paths;

/// <summary>A port that an exit should let streams leave to.</summary>
/// <param name="IPv6">The destination is an IPv6 address, so the exit's IPv6 policy counts. A name counts as IPv4, as in C tor.</param>
internal readonly record struct ExitPort(ushort Port, bool IPv6 = false)
{
    public bool IsAllowedBy(Relay relay)
    {
        if (relay.Microdescriptor is not { } microdescriptor)
            return false;
        ExitPolicySummary policy = IPv6 ? microdescriptor.ExitPolicyV6 : microdescriptor.ExitPolicy;
        return policy.Allows(Port);
    }
}

/// <summary>What an exit is wanted for.</summary>
internal sealed record ExitRequest
{
    /// <summary>
    /// Those of the streams that wait, or those predicted. Empty means any exit. The exits that allow the most of them are the candidates.
    /// </summary>
    public required IReadOnlyList<ExitPort> Ports { get; init; }

    /// <summary>One of the ports is among LongLivedPorts: only Stable relays.</summary>
    public bool Stable { get; init; }

    /// <summary>The one exit that will do, if the options allow it as an exit at all; null where any may.</summary>
    public RsaIdentity? Only { get; init; }

    /// <summary>Exits that have already refused this stream.</summary>
    public IReadOnlyCollection<RsaIdentity> Not { get; init; } = [];

    /// <summary>Relays that the path must stay away from, such as those of another leg.</summary>
    public IReadOnlyList<Relay> AwayFrom { get; init; } = [];

    public static ExitRequest ForPort(ushort port, bool ipv6 = false, bool stable = false) =>
        new() { Ports = [new ExitPort(port, ipv6)], Stable = stable };
}
