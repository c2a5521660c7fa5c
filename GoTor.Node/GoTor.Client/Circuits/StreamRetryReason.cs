namespace GoTor.Client.Circuits;

/// <summary>Why a stream that is not open yet is tried on another circuit. path-spec §2.5 and §3.</summary>
internal enum StreamRetryReason
{
    /// <summary>The exit did not answer in time.</summary>
    Timeout,

    /// <summary>The circuit ended under it.</summary>
    CircuitEnded,

    /// <summary>The exit's real policy is stricter than its summary.</summary>
    ExitPolicy,

    /// <summary>The exit could not resolve or reach it, or has no room; another may.</summary>
    ExitFailed,
}
