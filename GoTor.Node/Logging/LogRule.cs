using System.Diagnostics.CodeAnalysis;

namespace GoTor.Node.Logging;

internal enum LogTarget
{
    StandardOutput,
    StandardError,
    File,

    /// <summary>The system's log.</summary>
    Syslog,
}

/// <summary>One "Log" line: which severities go where.</summary>
/// <param name="Path">The file, or what our lines in the system's log begin with.</param>
internal sealed record LogRule(LogSeverity Minimum, LogSeverity Maximum, LogTarget Target, string? Path = null)
{
    /// <summary>The file begins anew when it is opened for the first time (TruncateLogFile).</summary>
    public bool Truncates { get; init; }

    /// <summary>Times are cut down to a multiple of this (LogTimeGranularity).</summary>
    public TimeSpan Granularity { get; init; } = TimeSpan.FromMilliseconds(1);

    public static LogRule Default { get; } = new(LogSeverity.Notice, LogSeverity.Err, LogTarget.StandardOutput);

    public bool Takes(LogSeverity severity) => severity >= Minimum && severity <= Maximum;

    /// <summary>Reads <c>notice</c>, <c>info-notice stdout</c>, <c>warn file /var/log/gotor.log</c>.</summary>
    public static bool TryParse(string value, [NotNullWhen(true)] out LogRule? rule, [NotNullWhen(false)] out string? error)
    {
        rule = null;
        error = null;
        string[] words = value.Split((char[])[' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0)
            error = "a severity is missing: debug, info, notice, warn or err.";
        else if (words[0].Contains('[', StringComparison.Ordinal))
            error = "log domains ('[net]notice') are not supported yet. Give a severity alone.";
        else if (!TryParseRange(words[0], out LogSeverity minimum, out LogSeverity maximum))
            error = $"'{words[0]}' is not a severity or a range of them: debug, info, notice, warn, err, notice-warn.";
        else if (words.Length == 1)
            rule = new LogRule(minimum, maximum, LogTarget.StandardOutput);
        else
            error = TryParseTarget(words, minimum, maximum, out rule);
        return rule is not null;
    }

    private static string? TryParseTarget(string[] words, LogSeverity minimum, LogSeverity maximum, out LogRule? rule)
    {
        rule = (words[1].ToUpperInvariant(), words.Length) switch
        {
            ("STDOUT", 2) => new LogRule(minimum, maximum, LogTarget.StandardOutput),
            ("STDERR", 2) => new LogRule(minimum, maximum, LogTarget.StandardError),
            ("SYSLOG", 2) when !OperatingSystem.IsWindows() => new LogRule(minimum, maximum, LogTarget.Syslog, "Tor"),
            ("FILE", 3) => new LogRule(minimum, maximum, LogTarget.File, words[2]),
            _ => null,
        };
        return rule is not null ? null : $"'{string.Join(' ', words[1..])}' is not a place for logs: stdout, stderr, syslog or file PATH.";
    }

    private static bool TryParseRange(string text, out LogSeverity minimum, out LogSeverity maximum)
    {
        maximum = LogSeverity.Err;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash < 0
            ? LogSeverities.TryParse(text, out minimum)
            : LogSeverities.TryParse(text[..dash], out minimum)
                & (dash == text.Length - 1 || LogSeverities.TryParse(text[(dash + 1)..], out maximum)) && minimum <= maximum;
    }
}
