namespace GoTor.Client.Circuits;

/// <summary>What the end of a circuit means to the user of a stream on it.</summary>
internal static class CircuitErrors
{
    public static TorException For(CircuitEnd end) => end.Kind switch
    {
        CircuitEndKind.Violation or CircuitEndKind.HandshakeFailed or CircuitEndKind.QueueOverflow =>
            new TorException(TorErrorKind.ProtocolViolation, "A relay broke the protocol; its circuit was closed."),
        CircuitEndKind.ChannelEnded => new TorException(TorErrorKind.RelayUnreachable, "The connection to the first relay is gone."),
        CircuitEndKind.Internal => new TorException(TorErrorKind.Internal, "The circuit was closed by an error of ours."),
        _ => new TorException(TorErrorKind.CircuitClosed, "The circuit was closed."),
    };
}
