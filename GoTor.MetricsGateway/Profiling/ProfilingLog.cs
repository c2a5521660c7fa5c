namespace GoTor.MetricsGateway.Profiling;

/// <summary>What this room logs: event ids from 10700.</summary>
internal static partial class ProfilingLog
{
    [LoggerMessage(10700, LogLevel.Information, "Recording a {Kind} profile of {Target}.")]
    public static partial void Recording(ILogger logger, string kind, string target);

    [LoggerMessage(10701, LogLevel.Information, "The profile of {Target} is sent: {Bytes} bytes.")]
    public static partial void Recorded(ILogger logger, string target, long bytes);

    [LoggerMessage(10702, LogLevel.Warning, "There is no profile of {Target}: {Reason}.")]
    public static partial void Failed(ILogger logger, string target, string reason);
}
