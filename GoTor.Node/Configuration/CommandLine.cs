using GoTor.Node.Logging;

namespace GoTor.Node.Configuration;

/// <summary>What the program is asked to do.</summary>
internal enum CommandLineAction
{
    Run,
    VerifyConfig,
    ShowVersion,
    ShowHelp,
    ListOptions,
    Probe,
    HashPassword,
    ListDeprecatedOptions,
    ListModules,
    DumpConfig,
}

/// <summary>
/// A command line in C tor's syntax (<c>-f torrc --SocksPort 9150</c>, one dash or two, options of torrc by their names), or with
/// go-tor's flags (<c>-config</c>, <c>-socks-port</c>, <c>-control-port</c>, <c>-metrics-port</c>, <c>-data-dir</c>, <c>-log-level</c>, <c>-version</c>).
/// </summary>
internal sealed record CommandLine
{
    public CommandLineAction Action { get; private init; }

    /// <summary>Null: the default place, where the file need not exist.</summary>
    public string? Torrc { get; private init; }

    public string? DefaultsTorrc { get; private init; }

    /// <summary>What an action is to be done with: the password, or how much of a configuration.</summary>
    public string? Argument { get; private init; }

    public bool IgnoreMissingTorrc { get; private init; }

    /// <summary>Null: no sandbox. Only the command line can ask for one: a forgotten line in a file must not cost anyone their protection.</summary>
    public SandboxSettings? Sandbox { get; private init; }

    public required IReadOnlyList<ConfigLine> Settings { get; init; }

    public required IReadOnlyList<ConfigProblem> Problems { get; init; }

    /// <summary>The most urgent of --quiet, --hush and nothing: what goes to the console when no Log line says.</summary>
    public LogSeverity? ConsoleMinimum { get; private init; } = LogSeverity.Notice;

    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        List<ConfigLine> settings = [];
        List<ConfigProblem> problems = [];
        CommandLine parsed = new() { Settings = settings, Problems = problems };
        for (int i = 0; i < arguments.Count; i++)
        {
            string word = arguments[i];
            string name = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word.StartsWith('-') ? word[1..] : word;
            string? Next() => i + 1 < arguments.Count ? arguments[++i] : Missing(word, problems);
            switch (name)
            {
                case "f" or "torrc-file" or "config":
                    parsed = parsed with { Torrc = Next() };
                    break;
                case "defaults-torrc":
                    parsed = parsed with { DefaultsTorrc = Next() };
                    break;
                case "ignore-missing-torrc" or "allow-missing-torrc":
                    parsed = parsed with { IgnoreMissingTorrc = true };
                    break;
                case "verify-config":
                    parsed = parsed with { Action = CommandLineAction.VerifyConfig };
                    break;
                case "version":
                    parsed = parsed with { Action = CommandLineAction.ShowVersion };
                    break;
                case "h" or "help" or "?":
                    parsed = parsed with { Action = CommandLineAction.ShowHelp };
                    break;
                case "list-torrc-options":
                    parsed = parsed with { Action = CommandLineAction.ListOptions };
                    break;
                case "hash-password":
                    parsed = parsed with { Action = CommandLineAction.HashPassword, Argument = Next() };
                    break;
                case "list-deprecated-options":
                    parsed = parsed with { Action = CommandLineAction.ListDeprecatedOptions };
                    break;
                case "list-modules":
                    parsed = parsed with { Action = CommandLineAction.ListModules };
                    break;
                case "dump-config":
                    parsed = parsed with { Action = CommandLineAction.DumpConfig, Argument = Next() };
                    if (parsed.Argument is not (null or "short" or "full" or "non-builtin"))
                        problems.Add(new ConfigProblem(ConfigSource.CommandLine, $"'{word}' is short, non-builtin or full, not '{parsed.Argument}'."));
                    break;
                case "probe":
                    parsed = parsed with { Action = CommandLineAction.Probe };
                    break;
                case "quiet":
                    parsed = parsed with { ConsoleMinimum = null };
                    break;
                case "hush":
                    parsed = parsed with { ConsoleMinimum = LogSeverity.Warn };
                    break;
                case "sandbox":
                    parsed = parsed with { Sandbox = parsed.Sandbox ?? new SandboxSettings() };
                    break;
                case "sandbox-traffic":
                    parsed = parsed with { Sandbox = new SandboxSettings { Traffic = true } };
                    break;
                case "socks-port":
                    Add(settings, "SocksPort", Next());
                    break;
                case "data-dir":
                    Add(settings, "DataDirectory", Next());
                    break;
                case "log-level":
                    AddLogLevel(settings, Next(), problems);
                    break;
                case "metrics-port":
                    AddMetricsPort(settings, Next());
                    break;
                case "control-port":
                    Add(settings, "ControlPort", Next());
                    break;
                default:
                    AddOption(settings, name, arguments, ref i);
                    break;
            }
        }

        return parsed;
    }

    private static string? Missing(string word, List<ConfigProblem> problems)
    {
        problems.Add(new ConfigProblem(ConfigSource.CommandLine, $"'{word}' needs a value."));
        return null;
    }

    private static void Add(List<ConfigLine> settings, string key, string? value)
    {
        if (value is not null)
            settings.Add(new ConfigLine(key, value, ConfigLineMode.Set, ConfigSource.CommandLine));
    }

    /// <summary>As in C tor, the word after an option is its value, unless it starts with two dashes.</summary>
    private static void AddOption(List<ConfigLine> settings, string name, IReadOnlyList<string> arguments, ref int index)
    {
        ConfigLineMode mode = name switch
        {
            ['+', ..] => ConfigLineMode.Append,
            ['/', ..] => ConfigLineMode.Clear,
            _ => ConfigLineMode.Set,
        };
        string key = mode == ConfigLineMode.Set ? name : name[1..];
        bool hasValue = mode != ConfigLineMode.Clear && index + 1 < arguments.Count && !arguments[index + 1].StartsWith("--", StringComparison.Ordinal);
        settings.Add(new ConfigLine(key, hasValue ? arguments[++index] : "", mode, ConfigSource.CommandLine));
    }

    /// <summary>go-tor's flag does two things: it names a port and switches metrics on.</summary>
    private static void AddMetricsPort(List<ConfigLine> settings, string? port)
    {
        Add(settings, "MetricsPort", port);
        if (port is not (null or "0"))
            Add(settings, "EnableMetrics", "1");
    }

    private static void AddLogLevel(List<ConfigLine> settings, string? level, List<ConfigProblem> problems)
    {
        string? severity = level?.ToUpperInvariant() switch
        {
            null => null,
            "DEBUG" => "debug",
            "INFO" => "notice",
            "WARN" => "warn",
            "ERROR" => "err",
            _ => "",
        };
        if (severity is "")
            problems.Add(new ConfigProblem(ConfigSource.CommandLine, $"'{level}' is not a log level: debug, info, warn or error."));
        else if (severity is not null)
            Add(settings, "Log", severity + " stdout");
    }
}
