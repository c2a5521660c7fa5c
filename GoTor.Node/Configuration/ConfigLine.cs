namespace GoTor.Node.Configuration;

/// <summary>Where a setting was written: a file and line, or the command line.</summary>
internal sealed record ConfigSource(string File, int Line)
{
    public static ConfigSource CommandLine { get; } = new("command line", 0);

    public override string ToString() => Line == 0 ? File : $"{File}:{Line}";
}

/// <summary>How a line relates to earlier ones of the same option.</summary>
internal enum ConfigLineMode
{
    /// <summary>Plain: in a later source it replaces what an earlier source said; within one source, lists grow.</summary>
    Set,

    /// <summary><c>+Option</c>: adds to what earlier sources said.</summary>
    Append,

    /// <summary><c>/Option</c>: forgets what earlier sources said.</summary>
    Clear,
}

/// <summary>One setting as written. <paramref name="Key"/> is not yet known to be an option.</summary>
internal sealed record ConfigLine(string Key, string Value, ConfigLineMode Mode, ConfigSource Source);

/// <summary>Something wrong with a configuration, said so that its author can mend it.</summary>
internal sealed record ConfigProblem(ConfigSource Source, string Message)
{
    public override string ToString() => $"{Source}: {Message}";
}
