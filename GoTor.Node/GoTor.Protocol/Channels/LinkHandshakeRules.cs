using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Channels;

/// <summary>
/// The client's side of the link handshake: which cell a relay may send next. A relay that leaves the order is closed, since every
/// deviation has once been somebody's memory error (TROVE-2026-006) and no honest relay does it.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html</remarks>
internal sealed class LinkHandshakeRules
{
    private const ushort LowestVersion = 4;
    private const ushort HighestVersion = 5;

    private Phase _phase;

    private enum Phase
    {
        AwaitingVersions,
        AwaitingCerts,
        AwaitingAuthChallenge,
        AwaitingNetinfo,
        Complete,
    }

    /// <summary>What we offer. Link protocol 3 and its narrow circuit ids are gone from the network.</summary>
    public static VersionsMessage OurVersions { get; } = new([LowestVersion, HighestVersion]);

    public bool IsComplete => _phase == Phase.Complete;

    /// <summary>Called with each cell before its body is looked at.</summary>
    /// <returns>False for padding, which the caller drops.</returns>
    /// <exception cref="ChannelViolationException">This cell must not come now.</exception>
    public bool Admit(ChannelCommand command, CircuitId circuitId)
    {
        if (circuitId != CircuitId.Channel)
            throw new ChannelViolationException($"{command} for a circuit during the handshake.");
        if (command == ChannelCommand.VPadding && _phase != Phase.Complete)
            return false;
        _phase = (_phase, command) switch
        {
            (Phase.AwaitingVersions, ChannelCommand.Versions) => Phase.AwaitingCerts,
            (Phase.AwaitingCerts, ChannelCommand.Certs) => Phase.AwaitingAuthChallenge,
            (Phase.AwaitingAuthChallenge, ChannelCommand.AuthChallenge) => Phase.AwaitingNetinfo,
            (Phase.AwaitingNetinfo, ChannelCommand.Netinfo) => Phase.Complete,
            _ => throw new ChannelViolationException($"{command} while {_phase}."),
        };
        return true;
    }

    /// <summary>The highest version that both sides speak.</summary>
    /// <exception cref="ChannelViolationException">There is none.</exception>
    public static int ChooseVersion(VersionsMessage theirs)
    {
        for (ushort version = HighestVersion; version >= LowestVersion; version--)
        {
            if (theirs.Versions.Contains(version))
                return version;
        }

        throw new ChannelViolationException("No link protocol in common.");
    }
}
