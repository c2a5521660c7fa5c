namespace GoTor.MetricsGateway.Reports;

/// <summary>A report that is not taken. The message says to its sender what to do.</summary>
internal sealed class ReportRefusedException(RefusalReason reason, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The kind of fault.</summary>
    public RefusalReason Reason { get; } = reason;
}

/// <summary>Why a report was refused: values of the tag "reason".</summary>
internal enum RefusalReason
{
    /// <summary>No or a wrong token.</summary>
    Token,

    /// <summary>It breaks a rule of the contract.</summary>
    Malformed,

    /// <summary>A younger process reports under its node id.</summary>
    OlderProcess,

    /// <summary>A quota is used up.</summary>
    Quota,

    /// <summary>The node reports too often.</summary>
    Rate,

    /// <summary>A mistake of the gateway's.</summary>
    Internal,
}
