using GoTor.Node.Logging;

namespace GoTor.Node.Configuration;

/// <summary>Finds and reads the files that a command line names, and puts its own settings on top.</summary>
internal static class ConfigurationFiles
{
    public static ConfigurationResult Load(CommandLine commandLine)
    {
        List<ConfigProblem> problems = [.. commandLine.Problems];
        List<ConfigLine> torrc = TorrcOf(commandLine) is { } file ? TorrcFiles.Read(file, problems) : [];
        return Build(commandLine, [Defaults(commandLine, problems), torrc, commandLine.Settings], problems);
    }

    /// <summary>As if <paramref name="torrc"/> were what the torrc says.</summary>
    public static ConfigurationResult FromText(CommandLine commandLine, IReadOnlyList<ConfigLine> torrc)
    {
        List<ConfigProblem> problems = [];
        return Build(commandLine, [Defaults(commandLine, problems), torrc, commandLine.Settings], problems);
    }

    /// <summary>These lines and no others: not the files, and not the settings of the command line.</summary>
    public static ConfigurationResult FromLines(CommandLine commandLine, IReadOnlyList<ConfigLine> lines) => Build(commandLine, [lines], []);

    private static List<ConfigLine> Defaults(CommandLine commandLine, List<ConfigProblem> problems) =>
        commandLine.DefaultsTorrc is { } defaultsFile && (File.Exists(defaultsFile) || !commandLine.IgnoreMissingTorrc)
            ? TorrcFiles.Read(defaultsFile, problems)
            : [];

    private static ConfigurationResult Build(CommandLine commandLine, IReadOnlyList<IReadOnlyList<ConfigLine>> layers, List<ConfigProblem> problems)
    {
        ConfigurationResult result = ConfigurationBuilder.Build(layers, problems, Environment.GetEnvironmentVariable(MetricsLines.TokenVariable));
        ConfigLine[] lines = [.. layers.SelectMany(layer => layer)];
        if (commandLine.Sandbox is { } sandbox)
            result = SandboxLines.Apply(result, sandbox, lines);
        bool namesLogs = lines.Any(line => line.Key.Equals("Log", StringComparison.OrdinalIgnoreCase));
        return result.Configuration is { } configuration && !namesLogs
            ? result with { Configuration = configuration with { Logs = ConsoleLogs(commandLine.ConsoleMinimum) } }
            : result;
    }

    /// <summary>The torrc to read, or null: the default one need not exist.</summary>
    public static string? TorrcOf(CommandLine commandLine) =>
        commandLine.Torrc is { } named
            ? commandLine.IgnoreMissingTorrc && !File.Exists(named) ? null : named
            : File.Exists(DefaultPaths.Torrc) ? DefaultPaths.Torrc : null;

    private static List<LogRule> ConsoleLogs(LogSeverity? minimum) =>
        minimum is { } severity ? [LogRule.Default with { Minimum = severity }] : [];
}
