using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Channels;

/// <summary>What becomes of a cell on an open channel.</summary>
internal enum CellVerdict
{
    /// <summary>For the circuit with that id, if there is one.</summary>
    ToCircuit,

    /// <summary>Padding: it has done its work by arriving.</summary>
    Padding,

    /// <summary>Not known to us; relays may be newer than we are.</summary>
    Unknown,
}

/// <summary>What a relay may send to a client on an open channel.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/cell-packet-format.html</remarks>
internal static class OpenChannelRules
{
    /// <exception cref="ChannelViolationException">No relay sends this to a client.</exception>
    public static CellVerdict Judge(ChannelCommand command, CircuitId circuitId) => command switch
    {
        ChannelCommand.Relay or ChannelCommand.RelayEarly or ChannelCommand.Destroy
            or ChannelCommand.Created or ChannelCommand.CreatedFast or ChannelCommand.Created2 =>
            circuitId != CircuitId.Channel
                ? CellVerdict.ToCircuit
                : throw new ChannelViolationException($"{command} without a circuit."),
        ChannelCommand.Padding or ChannelCommand.VPadding => CellVerdict.Padding,
        // A second handshake, a circuit through us, or a relay that tells a client not to pad.
        ChannelCommand.Versions or ChannelCommand.Certs or ChannelCommand.AuthChallenge or ChannelCommand.Netinfo
            or ChannelCommand.Authenticate or ChannelCommand.PaddingNegotiate
            or ChannelCommand.Create or ChannelCommand.CreateFast or ChannelCommand.Create2 =>
            throw new ChannelViolationException($"{command} on an open channel."),
        _ => CellVerdict.Unknown,
    };
}
