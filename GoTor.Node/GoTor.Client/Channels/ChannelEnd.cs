namespace GoTor.Client.Channels;

/// <summary>Why a channel ended. For logs, metrics and guard decisions; nothing of it goes onto the wire.</summary>
internal enum ChannelEnd
{
    /// <summary>We closed it: idle, replaced, or shutting down.</summary>
    ClosedByUs,

    /// <summary>No connection: refused, unreachable, or timed out.</summary>
    ConnectFailed,

    /// <summary>TLS or the link handshake failed or timed out.</summary>
    HandshakeFailed,

    /// <summary>The relay is not who we expected. A failure of the guard, not something to retry.</summary>
    WrongIdentity,

    /// <summary>The relay broke the link protocol.</summary>
    Violation,

    /// <summary>The relay closed the connection or it broke.</summary>
    ConnectionLost,
}
