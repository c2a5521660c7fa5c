using GoTor.Protocol.Cells.Relay;

namespace GoTor.Client.Streams;

/// <summary>What an exit's reason for an END means to our user.</summary>
internal static class StreamErrors
{
    public static TorErrorKind KindOf(EndReason reason) => reason switch
    {
        EndReason.ResolveFailed => TorErrorKind.ResolveFailed,
        EndReason.ConnectRefused => TorErrorKind.ConnectionRefused,
        EndReason.ExitPolicy or EndReason.NotDirectory => TorErrorKind.ExitPolicy,
        EndReason.Timeout => TorErrorKind.Timeout,
        EndReason.NoRoute => TorErrorKind.NoRoute,
        EndReason.Hibernating or EndReason.ResourceLimit => TorErrorKind.RelayUnreachable,
        EndReason.TorProtocol => TorErrorKind.ProtocolViolation,
        EndReason.Destroy => TorErrorKind.CircuitClosed,
        _ => TorErrorKind.StreamClosed,
    };

    public static TorException For(EndReason reason) => new(KindOf(reason), $"The other end closed the stream: {reason}.");
}
