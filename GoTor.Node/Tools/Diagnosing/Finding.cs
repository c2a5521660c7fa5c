namespace GoTor.Node.Tools.Diagnosing;

internal enum FindingVerdict
{
    Good,

    /// <summary>It could not be seen.</summary>
    Unknown,

    /// <summary>It may be meant so.</summary>
    Warning,

    /// <summary>It keeps the node from working.</summary>
    Bad,
}

/// <summary>What one look has shown.</summary>
/// <param name="Text">What is, and why.</param>
/// <param name="Remedy">What to do about it; empty when nothing.</param>
internal sealed record Finding(string Check, FindingVerdict Verdict, string Text, string Remedy)
{
    public static Finding Good(string check, string text) => new(check, FindingVerdict.Good, text, "");

    public static Finding Unknown(string check, string text) => new(check, FindingVerdict.Unknown, text, "");

    public static Finding Warning(string check, string text, string remedy) => new(check, FindingVerdict.Warning, text, remedy);

    public static Finding Bad(string check, string text, string remedy) => new(check, FindingVerdict.Bad, text, remedy);
}
