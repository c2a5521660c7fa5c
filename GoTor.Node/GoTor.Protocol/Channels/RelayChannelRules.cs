using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Channels;

/// <summary>What becomes of a cell that a client or another relay sends on a channel which it opened to us.</summary>
internal enum RelayCellVerdict
{
    /// <summary>For the circuit with that id, if there is one.</summary>
    ToCircuit,

    /// <summary>Makes the circuit with that id.</summary>
    Create,

    /// <summary>Asks for a circuit with a handshake that is dead: the circuit is refused and the channel lives.</summary>
    Refuse,

    /// <summary>How the other side wants to be padded.</summary>
    PaddingNegotiate,

    /// <summary>Padding, or not known to us.</summary>
    Drop,
}

/// <summary>What a relay accepts on an open channel from the side that connected.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/cell-packet-format.html</remarks>
internal static class RelayChannelRules
{
    /// <param name="linkVersion">As negotiated: padding is from version 5 on.</param>
    /// <exception cref="ChannelViolationException">Nobody may send this here.</exception>
    public static RelayCellVerdict Judge(ChannelCommand command, CircuitId circuitId, int linkVersion) => command switch
    {
        ChannelCommand.Relay or ChannelCommand.RelayEarly or ChannelCommand.Destroy => circuitId != CircuitId.Channel
            ? RelayCellVerdict.ToCircuit
            : throw new ChannelViolationException($"{command} without a circuit."),
        ChannelCommand.CreateFast or ChannelCommand.Create2 or ChannelCommand.Create =>
            // Each side names its own circuits, so that two of them never collide. tor-spec §5.1.1.
            (circuitId.Value & CircuitId.InitiatorBit) != 0
                ? command == ChannelCommand.Create ? RelayCellVerdict.Refuse : RelayCellVerdict.Create
                : throw new ChannelViolationException($"{command} with a circuit id of the other side's."),
        ChannelCommand.PaddingNegotiate => circuitId == CircuitId.Channel && linkVersion >= 5
            ? RelayCellVerdict.PaddingNegotiate
            : throw new ChannelViolationException("PADDING_NEGOTIATE where it does not belong."),
        // We open no circuits here, and there is only one handshake.
        ChannelCommand.Created or ChannelCommand.CreatedFast or ChannelCommand.Created2 or ChannelCommand.Versions or ChannelCommand.Certs
            or ChannelCommand.AuthChallenge or ChannelCommand.Netinfo or ChannelCommand.Authenticate =>
            throw new ChannelViolationException($"{command} on an open channel."),
        _ => RelayCellVerdict.Drop,
    };
}
