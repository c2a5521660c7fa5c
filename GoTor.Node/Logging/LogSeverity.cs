using Microsoft.Extensions.Logging;

namespace GoTor.Node.Logging;

/// <summary>C tor's severities, the least urgent first.</summary>
internal enum LogSeverity
{
    Debug,
    Info,
    Notice,
    Warn,
    Err,
}

internal static class LogSeverities
{
    /// <summary>Ours are shifted by one: Information is rare and useful here, which is what C tor calls a notice.</summary>
    public static LogSeverity Of(LogLevel level) => level switch
    {
        LogLevel.Trace => LogSeverity.Debug,
        LogLevel.Debug => LogSeverity.Info,
        LogLevel.Information => LogSeverity.Notice,
        LogLevel.Warning => LogSeverity.Warn,
        _ => LogSeverity.Err,
    };

    public static string Name(LogSeverity severity) => severity switch
    {
        LogSeverity.Debug => "debug",
        LogSeverity.Info => "info",
        LogSeverity.Notice => "notice",
        LogSeverity.Warn => "warn",
        _ => "err",
    };

    public static bool TryParse(string text, out LogSeverity severity)
    {
        severity = LogSeverity.Notice;
        switch (text.ToUpperInvariant())
        {
            case "DEBUG": severity = LogSeverity.Debug; return true;
            case "INFO": severity = LogSeverity.Info; return true;
            case "NOTICE": severity = LogSeverity.Notice; return true;
            case "WARN": severity = LogSeverity.Warn; return true;
            case "ERR" or "ERROR": severity = LogSeverity.Err; return true;
            default: return false;
        }
    }
}
