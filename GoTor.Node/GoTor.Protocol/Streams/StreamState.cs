using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Streams;

/// <summary>What a stream was opened for. It decides which messages may come back.</summary>
internal enum StreamKind
{
    /// <summary>BEGIN or BEGIN_DIR: answered by CONNECTED, then bytes.</summary>
    Data,

    /// <summary>RESOLVE: answered by one RESOLVED.</summary>
    Resolve,
}

/// <summary>What to do with a message that a stream may receive.</summary>
internal enum StreamVerdict
{
    Deliver,

    /// <summary>The stream is over with this message, and its id is free: the peer will send nothing more for it.</summary>
    DeliverAndClose,

    /// <summary>Legal and without meaning here.</summary>
    Ignore,
}

/// <summary>
/// Which messages one of our streams may receive, and when. A stray message costs the circuit, because strays can be made into a
/// side channel between a relay near the destination and one near us.
/// </summary>
/// <remarks>https://spec.torproject.org/tor-spec/opening-streams.html and closing-streams.html</remarks>
internal struct StreamState(StreamKind kind, bool usesRateFlowControl)
{
    private Phase _phase = kind == StreamKind.Resolve ? Phase.AwaitingResolved : Phase.AwaitingConnected;

    private enum Phase : byte
    {
        AwaitingConnected,
        AwaitingResolved,
        Open,
        Ended,
    }

    /// <summary>CONNECTED has not come yet.</summary>
    public readonly bool IsConnecting => _phase == Phase.AwaitingConnected;

    public readonly bool IsOpen => _phase == Phase.Open;

    public readonly bool IsResolving => _phase == Phase.AwaitingResolved;

    /// <exception cref="CircuitViolationException">The message is not allowed now.</exception>
    public StreamVerdict Admit(RelayCommand command)
    {
        (_phase, StreamVerdict verdict) = (_phase, command) switch
        {
            (Phase.Open, RelayCommand.Data) => (Phase.Open, StreamVerdict.Deliver),
            (Phase.Open, RelayCommand.Sendme) when !usesRateFlowControl => (Phase.Open, StreamVerdict.Deliver),
            (Phase.Open, RelayCommand.Xoff or RelayCommand.Xon) when usesRateFlowControl => (Phase.Open, StreamVerdict.Deliver),
            (Phase.AwaitingConnected, RelayCommand.Connected) => (Phase.Open, StreamVerdict.Deliver),
            (Phase.AwaitingConnected, RelayCommand.Xoff or RelayCommand.Xon) when usesRateFlowControl => (_phase, StreamVerdict.Deliver),
            (Phase.AwaitingResolved, RelayCommand.Resolved) => (Phase.Ended, StreamVerdict.DeliverAndClose),
            // An exit that is short of memory may say so on any stream of a circuit, also where there is nothing to hold back.
            (Phase.AwaitingResolved, RelayCommand.Xoff or RelayCommand.Xon) => (_phase, StreamVerdict.Ignore),
            (Phase.AwaitingConnected or Phase.AwaitingResolved or Phase.Open, RelayCommand.End) =>
                (Phase.Ended, StreamVerdict.DeliverAndClose),
            _ => throw new CircuitViolationException($"{command} while a stream is {_phase}."),
        };
        return verdict;
    }
}
