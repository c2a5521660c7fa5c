using Microsoft.Extensions.Logging;

namespace GoTor.Sandbox;

/// <summary>What the sandbox says. Event ids 10000 to 10099.</summary>
internal static partial class SandboxLog
{
    [LoggerMessage(10000, LogLevel.Debug, "{Relay}: somebody broke the rules of a link: {What}")]
    public static partial void LinkViolation(ILogger logger, string relay, string what);

    [LoggerMessage(10001, LogLevel.Debug, "{Relay}: somebody broke the rules of a circuit: {What}")]
    public static partial void CircuitViolation(ILogger logger, string relay, string what);

    [LoggerMessage(10002, LogLevel.Error, "{Relay}: an error of ours")]
    public static partial void InternalError(ILogger logger, string relay, Exception cause);

    [LoggerMessage(10003, LogLevel.Debug, "{Relay}: no link to the next relay: {What}")]
    public static partial void ExtendFailed(ILogger logger, string relay, string what);

    [LoggerMessage(10004, LogLevel.Warning, "{Relay}: a connection could not be accepted, trying again: {What}")]
    public static partial void AcceptFailed(ILogger logger, string relay, string what);
}
