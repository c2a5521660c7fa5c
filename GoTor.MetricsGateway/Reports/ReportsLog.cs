using System.Net;

namespace GoTor.MetricsGateway.Reports;

/// <summary>What this room logs: event ids from 10100.</summary>
internal static partial class ReportsLog
{
    [LoggerMessage(10100, LogLevel.Warning, "{Count} calls from {Source} without the right token since the last such line (at most one a minute).")]
    public static partial void WrongToken(ILogger logger, IPAddress source, int count);

    [LoggerMessage(10101, LogLevel.Warning, "Node '{Node}': report refused: {Reason} (logged at most once a minute).")]
    public static partial void Refused(ILogger logger, string node, string reason);

    [LoggerMessage(10102, LogLevel.Warning, "Node '{Node}': {Count} series or labels left out of its report, the first: {Reason} (logged at most once a minute).")]
    public static partial void LeftOut(ILogger logger, string node, int count, string reason);

    [LoggerMessage(10103, LogLevel.Information, "Node '{Node}' reports (version {Version}, {Network} network).")]
    public static partial void NewProcess(ILogger logger, string node, string version, string network);

    [LoggerMessage(10104, LogLevel.Information, "Node '{Node}' said goodbye.")]
    public static partial void Goodbye(ILogger logger, string node);

    [LoggerMessage(10106, LogLevel.Information, "The token in {File} has changed: the new one counts from now on.")]
    public static partial void TokenChanged(ILogger logger, string file);

    [LoggerMessage(10107, LogLevel.Warning, "The token in {File} cannot be used: {Fault}. The last one goes on counting.")]
    public static partial void TokenUnusable(ILogger logger, string file, string fault);

    [LoggerMessage(10105, LogLevel.Error, "Node '{Node}': its report met a mistake of the gateway's and is refused (logged at most once a minute).")]
    public static partial void Failed(ILogger logger, string node, Exception failure);
}
