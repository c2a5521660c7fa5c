using Microsoft.Extensions.Logging;

namespace GoTor.Node.Reporting.OwnGateway;

/// <summary>
/// A line of the gateway's log, taken apart: <c>2026-01-31 12:00:00.000 warn: GoTor.MetricsGateway.Reports[2001] text</c>. Of any other
/// line, all of it is text, and worth a warning: gateways explain on the same stream why they cannot start.
/// </summary>
internal readonly record struct GatewayLogLine(LogLevel Level, string Text)
{
    public static GatewayLogLine Parse(string line)
    {
        string[] words = line.Split(' ', 5);
        if (words.Length == 5 && words[2].EndsWith(':') && LevelOf(words[2]) is { } level && words[3].EndsWith(']'))
            return new GatewayLogLine(level, words[4]);
        return new GatewayLogLine(LogLevel.Warning, line);
    }

    private static LogLevel? LevelOf(string word) => word switch
    {
        "trce:" => LogLevel.Trace,
        "dbug:" => LogLevel.Debug,
        "info:" => LogLevel.Information,
        "warn:" => LogLevel.Warning,
        "fail:" => LogLevel.Error,
        "crit:" => LogLevel.Critical,
        _ => null,
    };
}
