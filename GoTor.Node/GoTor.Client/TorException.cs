namespace GoTor.Client;

/// <summary>What went wrong, in terms of what the caller can do about it.</summary>
public enum TorErrorKind
{
    /// <summary>An error of ours. Report it.</summary>
    Internal,

    /// <summary>The node has not finished bootstrapping. Wait, or look at the bootstrap status.</summary>
    NotReady,

    /// <summary>The request itself is not valid (address, port, option). Correct it.</summary>
    InvalidRequest,

    /// <summary>No relay fits the request and the configured restrictions. Relax the restrictions, or wait for a new consensus.</summary>
    NoPath,

    /// <summary>The relay could not be reached or closed the connection. Retry: another relay will be used.</summary>
    RelayUnreachable,

    /// <summary>A relay broke the protocol. Retry: another relay will be used.</summary>
    ProtocolViolation,

    /// <summary>The circuit ended while it was in use. Retry on another one.</summary>
    CircuitClosed,

    /// <summary>It took too long. Retry, or raise the timeout.</summary>
    Timeout,

    /// <summary>The exit's resolver does not know the name. Check the spelling.</summary>
    ResolveFailed,

    /// <summary>The destination refused the connection. It is up, but nothing listens on that port.</summary>
    ConnectionRefused,

    /// <summary>No route from the exit to the destination. Retry, or give up.</summary>
    NoRoute,

    /// <summary>The exit does not let streams leave to that port. Another exit will be tried.</summary>
    ExitPolicy,

    /// <summary>The remote end closed or reset the stream.</summary>
    StreamClosed,

    /// <summary>The node is shutting down.</summary>
    ShuttingDown,

    /// <summary>The network demands protocols that this release does not speak. Install a newer one.</summary>
    Obsolete,
}

/// <summary>The public face of every failure. Never carries a destination, a key or a path in its message.</summary>
public sealed class TorException : Exception
{
    public TorException(TorErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    public TorErrorKind Kind { get; }
}
