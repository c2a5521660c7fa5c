using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Channels;

/// <summary>
/// A relay's side of the link handshake: which cell the side that connected may send next. It sends nothing but VERSIONS and NETINFO when
/// it stays anonymous, and CERTS and AUTHENTICATE between them when it is a relay that says who it is.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html</remarks>
internal sealed class LinkResponderRules
{
    private Phase _phase;

    private enum Phase
    {
        AwaitingVersions,
        AwaitingCertsOrNetinfo,
        AwaitingAuthenticate,
        AwaitingNetinfo,
        Complete,
    }

    public bool IsComplete => _phase == Phase.Complete;

    /// <summary>Called with each cell before its body is looked at.</summary>
    /// <returns>False for padding, which the caller drops.</returns>
    /// <exception cref="ChannelViolationException">This cell must not come now.</exception>
    public bool Admit(ChannelCommand command, CircuitId circuitId)
    {
        if (circuitId != CircuitId.Channel)
            throw new ChannelViolationException($"{command} for a circuit during the handshake.");
        if (command == ChannelCommand.VPadding && _phase is not (Phase.AwaitingVersions or Phase.Complete))
            return false;
        _phase = (_phase, command) switch
        {
            (Phase.AwaitingVersions, ChannelCommand.Versions) => Phase.AwaitingCertsOrNetinfo,
            (Phase.AwaitingCertsOrNetinfo, ChannelCommand.Certs) => Phase.AwaitingAuthenticate,
            (Phase.AwaitingAuthenticate, ChannelCommand.Authenticate) => Phase.AwaitingNetinfo,
            (Phase.AwaitingCertsOrNetinfo or Phase.AwaitingNetinfo, ChannelCommand.Netinfo) => Phase.Complete,
            _ => throw new ChannelViolationException($"{command} while {_phase}."),
        };
        return true;
    }
}
