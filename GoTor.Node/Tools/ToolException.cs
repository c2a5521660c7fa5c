namespace GoTor.Node.Tools;

/// <summary>Why a tool ends without what it was asked for: what happened, and what to do about it.</summary>
internal sealed class ToolException(int exitCode, string message, string remedy) : Exception(message)
{
    public int ExitCode => exitCode;

    /// <summary>A sentence that tells the user what to do. Empty when the message says it already.</summary>
    public string Remedy => remedy;
}
