using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>What the choice and care of circuits has to say. Event ids 2500 to 2999. No relays, no destinations.</summary>
internal static partial class CircuitManagerLog
{
    [LoggerMessage(2500, LogLevel.Debug, "Circuit {Number} is ready after {Milliseconds} ms.")]
    public static partial void Ready(ILogger logger, long number, long milliseconds);

    [LoggerMessage(2501, LogLevel.Debug, "A circuit failed after {Hops} hops: {Kind}.")]
    public static partial void BuildFailed(ILogger logger, int hops, CircuitEndKind kind);

    [LoggerMessage(2502, LogLevel.Debug, "A circuit took longer than {Milliseconds} ms to build.")]
    public static partial void BuildTimedOut(ILogger logger, long milliseconds);

    [LoggerMessage(2503, LogLevel.Debug, "No path: {Problem}")]
    public static partial void NoPath(ILogger logger, string problem);

    [LoggerMessage(2504, LogLevel.Warning, "No circuit could be built in {Count} tries. Is the network up, and are outgoing connections allowed?")]
    public static partial void ManyFailures(ILogger logger, int count);

    [LoggerMessage(2505, LogLevel.Error, "Building a circuit failed for a reason that is our own mistake.")]
    public static partial void BuildCrashed(ILogger logger, Exception exception);

    [LoggerMessage(2506, LogLevel.Error, "The care of circuits failed once for a reason that is our own mistake, and goes on.")]
    public static partial void UpkeepCrashed(ILogger logger, Exception exception);

    [LoggerMessage(2507, LogLevel.Debug, "A stream goes to another circuit: {Why}.")]
    public static partial void StreamRetried(ILogger logger, StreamRetryReason why);
}
