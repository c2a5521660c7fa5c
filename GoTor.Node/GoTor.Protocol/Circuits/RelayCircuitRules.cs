using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Circuits;

/// <summary>What a relay does about a message that a client addressed to it.</summary>
internal enum RelayTask
{
    Extend,
    OpenStream,
    OpenDirectory,
    Resolve,

    /// <summary>For one of the circuit's streams: DATA, END or its SENDME.</summary>
    ToStream,

    /// <summary>The circuit's own SENDME.</summary>
    FlowControl,
    Truncate,

    /// <summary>A service wants us as introduction point.</summary>
    EstablishIntroduction,

    /// <summary>A client wants to be introduced to a service.</summary>
    Introduce,

    /// <summary>A client wants us as rendezvous point.</summary>
    EstablishRendezvous,

    /// <summary>A service comes to a client that waits here.</summary>
    Rendezvous,

    /// <summary>Padding, or what newer clients say: it has done its work by arriving.</summary>
    Nothing,
}

/// <summary>What a client may ask of a relay in the middle or at the end of its circuit. One per circuit; one caller at a time.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/relay-cells.html</remarks>
internal struct RelayCircuitRules
{
    /// <summary>So many extensions a circuit may have. tor-spec §5.6.</summary>
    private const int MaxRelayEarly = 8;

    private int _early;

    /// <summary>Called with every cell from the client's side, before it is decrypted.</summary>
    /// <exception cref="CircuitViolationException">More RELAY_EARLY cells than any path needs: somebody builds a loop.</exception>
    public void Count(ChannelCommand command)
    {
        if (command == ChannelCommand.RelayEarly && ++_early > MaxRelayEarly)
            throw new CircuitViolationException($"More than {MaxRelayEarly} RELAY_EARLY cells.");
    }

    /// <summary>Called with every message that is for us, before its body is looked at.</summary>
    /// <param name="early">It came in a RELAY_EARLY cell.</param>
    /// <param name="isLast">No relay follows us in this circuit, and none is being asked.</param>
    /// <exception cref="CircuitViolationException">No well-behaved client sends this here.</exception>
    public static RelayTask TaskOf(RelayCommand command, StreamId streamId, bool early, bool isLast) =>
        (command, OnStream: streamId != StreamId.Circuit) switch
        {
            (RelayCommand.Extend2, OnStream: false) when early && isLast => RelayTask.Extend,
            (RelayCommand.Begin, OnStream: true) => RelayTask.OpenStream,
            (RelayCommand.BeginDir, OnStream: true) => RelayTask.OpenDirectory,
            (RelayCommand.Resolve, OnStream: true) => RelayTask.Resolve,
            (RelayCommand.Data or RelayCommand.End or RelayCommand.Sendme, OnStream: true) => RelayTask.ToStream,
            (RelayCommand.Sendme, OnStream: false) => RelayTask.FlowControl,
            (RelayCommand.Truncate, OnStream: false) => RelayTask.Truncate,
            (RelayCommand.EstablishIntro, OnStream: false) when isLast => RelayTask.EstablishIntroduction,
            (RelayCommand.Introduce1, OnStream: false) when isLast => RelayTask.Introduce,
            (RelayCommand.EstablishRendezvous, OnStream: false) when isLast => RelayTask.EstablishRendezvous,
            (RelayCommand.Rendezvous1, OnStream: false) when isLast => RelayTask.Rendezvous,
            (RelayCommand.Drop, _) => RelayTask.Nothing,
            (RelayCommand.Extend2 or RelayCommand.Extend or RelayCommand.Begin or RelayCommand.BeginDir or RelayCommand.Resolve
                or RelayCommand.Data or RelayCommand.Truncate or RelayCommand.Connected or RelayCommand.Resolved or RelayCommand.Extended2
                or RelayCommand.Truncated or RelayCommand.End or RelayCommand.EstablishIntro or RelayCommand.Introduce1
                or RelayCommand.EstablishRendezvous or RelayCommand.Rendezvous1, _) =>
                throw new CircuitViolationException($"{command} is not expected here."),
            _ => RelayTask.Nothing,
        };
}
