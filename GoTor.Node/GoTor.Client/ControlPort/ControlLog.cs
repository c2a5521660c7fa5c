using Microsoft.Extensions.Logging;

namespace GoTor.Client.ControlPort;

/// <summary>Event ids 6200 to 6299. Nothing that a controller says is repeated: it may be a password.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(6200, LogLevel.Information, "Opened Control listener connection (ready) on {Address}")]
    public static partial void Listening(this ILogger logger, string address);

    [LoggerMessage(6201, LogLevel.Warning,
        "The control port {Address} can be reached from other machines. It is not encrypted: whoever is in between can read along and take it over.")]
    public static partial void NotLoopback(this ILogger logger, string address);

    [LoggerMessage(6202, LogLevel.Warning,
        "The control port {Address} needs no password and no cookie: every program on this machine can take control. Set CookieAuthentication or HashedControlPassword.")]
    public static partial void NoProof(this ILogger logger, string address);

    [LoggerMessage(6203, LogLevel.Debug, "New control connection opened.")]
    public static partial void Opened(this ILogger logger);

    [LoggerMessage(6204, LogLevel.Warning, "A program failed to authenticate at the control port ({Method}).")]
    public static partial void AuthenticationFailed(this ILogger logger, string method);

    [LoggerMessage(6205, LogLevel.Information, "Received HTTP request on ControlPort. It was refused: a web page may have tried to take control.")]
    public static partial void Http(this ILogger logger);

    [LoggerMessage(6206, LogLevel.Warning, "A control connection was closed: it did not read its events.")]
    public static partial void NotReading(this ILogger logger);

    [LoggerMessage(6207, LogLevel.Error, "A control connection failed for a reason that is our own mistake.")]
    public static partial void SessionCrashed(this ILogger logger, Exception exception);

    [LoggerMessage(6208, LogLevel.Error, "Answering {Command} failed for a reason that is our own mistake.")]
    public static partial void CommandCrashed(this ILogger logger, string command, Exception exception);

    [LoggerMessage(6209, LogLevel.Warning, "No more control connections can be accepted at the moment ({Reason}).")]
    public static partial void AcceptPaused(this ILogger logger, string reason);

    [LoggerMessage(6210, LogLevel.Information, "Owning controller connection has closed -- exiting now.")]
    public static partial void OwnerLeft(this ILogger logger);

    [LoggerMessage(6211, LogLevel.Warning, "{Command} is dangerous; make sure you understand the risks before using it.")]
    public static partial void Dangerous(this ILogger logger, string command);

    [LoggerMessage(6212, LogLevel.Warning, "Cannot write {File}: {Problem}")]
    public static partial void FileNotWritten(this ILogger logger, string file, string problem);
}
