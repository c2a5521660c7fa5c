namespace GoTor.Node.Tools;

/// <summary>How the tools end, for scripts.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It was understood and tried, and the answer is no: a refusal, a problem that was found.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Nobody answers where the node should be.</summary>
    public const int Unreachable = 3;

    /// <summary>The node does not let us in.</summary>
    public const int Denied = 4;
}
