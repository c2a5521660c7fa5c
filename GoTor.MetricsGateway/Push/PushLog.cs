namespace GoTor.MetricsGateway.Push;

/// <summary>What this room logs: event ids from 10600.</summary>
internal static partial class PushLog
{
    [LoggerMessage(10600, LogLevel.Warning, "{Target} takes nothing: {Reason}. Tried again every {Seconds} s; said again when it changes.")]
    public static partial void Failed(ILogger logger, string target, string reason, double seconds);

    [LoggerMessage(10601, LogLevel.Information, "{Target} takes what is sent.")]
    public static partial void Works(ILogger logger, string target);

    [LoggerMessage(10602, LogLevel.Warning, "{Target} is on another machine and without TLS: what is sent, and its password, can be read on the way.")]
    public static partial void Exposed(ILogger logger, string target);
}
