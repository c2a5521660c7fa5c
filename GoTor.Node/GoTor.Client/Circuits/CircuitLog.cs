using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>Event ids 2000 to 2999. Strangers' misbehaviour is Debug: it must not fill our logs. No relay is ever named.</summary>
internal static partial class CircuitLog
{
    [LoggerMessage(2000, LogLevel.Debug, "Circuit {Number}: building {Hops} hops.")]
    public static partial void Building(ILogger logger, long number, int hops);

    [LoggerMessage(2001, LogLevel.Debug, "Circuit {Number}: built in {Milliseconds} ms.")]
    public static partial void Built(ILogger logger, long number, long milliseconds);

    [LoggerMessage(2002, LogLevel.Debug, "Circuit {Number}: failed after {HopsBuilt} hops: {Cause} ({PeerReason}).")]
    public static partial void BuildFailed(ILogger logger, long number, int hopsBuilt, CircuitEndKind cause, byte peerReason);

    [LoggerMessage(2003, LogLevel.Debug, "Circuit {Number}: ended: {Cause} ({PeerReason}).")]
    public static partial void Ended(ILogger logger, long number, CircuitEndKind cause, byte peerReason);

    [LoggerMessage(2004, LogLevel.Debug, "Circuit {Number}: a relay broke the rules: {Rule}")]
    public static partial void Violation(ILogger logger, long number, string rule);

    [LoggerMessage(2005, LogLevel.Error, "Circuit {Number}: ended by an error of ours. Please report it.")]
    public static partial void InternalError(ILogger logger, long number, Exception exception);
}
