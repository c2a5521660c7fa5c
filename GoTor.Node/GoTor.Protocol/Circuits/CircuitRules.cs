using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Circuits;

/// <summary>Whom a relay message that reached us is for.</summary>
internal enum MessageOwner
{
    /// <summary>The handshake with the hop that we are extending to.</summary>
    Handshake,

    /// <summary>The flow control of the hop that sent it.</summary>
    FlowControl,

    /// <summary>One of the circuit's streams.</summary>
    Stream,

    /// <summary>The circuit: a hop lost what follows it.</summary>
    Teardown,

    /// <summary>Nobody: padding.</summary>
    Nobody,
}

/// <summary>Which messages a client may receive on a circuit, before anyone decodes them.</summary>
internal static class CircuitRules
{
    /// <param name="extending">An EXTEND2 waits for its answer, which only the last hop can give.</param>
    /// <exception cref="CircuitViolationException">No well-behaved relay sends this to us here.</exception>
    public static MessageOwner OwnerOf(RelayCommand command, StreamId streamId, int hop, int lastHop, bool extending) =>
        (command, OnStream: streamId != StreamId.Circuit) switch
        {
            (RelayCommand.Data or RelayCommand.End or RelayCommand.Connected or RelayCommand.Resolved or RelayCommand.Sendme
                or RelayCommand.Xon or RelayCommand.Xoff, OnStream: true) => MessageOwner.Stream,
            (RelayCommand.Sendme, OnStream: false) => MessageOwner.FlowControl,
            (RelayCommand.Extended2, OnStream: false) when extending && hop == lastHop => MessageOwner.Handshake,
            (RelayCommand.Truncated, OnStream: false) => MessageOwner.Teardown,
            (RelayCommand.Drop, OnStream: false) => MessageOwner.Nobody,
            _ => throw new CircuitViolationException($"{command} from hop {hop + 1} is not expected here."),
        };
}
