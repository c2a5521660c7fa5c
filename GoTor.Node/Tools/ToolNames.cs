namespace GoTor.Node.Tools;

/// <summary>
/// The words that make the program a tool when they come first. Everything else is the node's own command line. Kept apart from the tools
/// themselves, so that a node loads nothing of them.
/// </summary>
internal static class ToolNames
{
    public const string Ctl = "ctl";
    public const string Resolve = "resolve";
    public const string Config = "config";
    public const string Doctor = "doctor";
    public const string SupportBundle = "support-bundle";
    public const string Completion = "completion";

    /// <summary>What completion scripts call.</summary>
    public const string Complete = "complete";

    /// <summary>go-tor's name for <see cref="Ctl"/>.</summary>
    public const string TorCtl = "torctl";

    /// <summary>C tor's name for <see cref="Resolve"/>.</summary>
    public const string TorResolve = "tor-resolve";

    /// <summary>go-tor's name for <see cref="Config"/>.</summary>
    public const string Validator = "tor-config-validator";

    public static IReadOnlyList<string> All { get; } = [Ctl, Resolve, Config, Doctor, SupportBundle, Completion, Complete, TorCtl, TorResolve, Validator];

    public static bool IsTool(string[] arguments) => arguments is [{ } first, ..] && All.Contains(first, StringComparer.Ordinal);
}
