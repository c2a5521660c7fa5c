using GoTor.MetricsContract;

namespace GoTor.Node.Reporting.Sending;

/// <summary>What became of a report. A closed set: it is a metric's tag.</summary>
internal enum ReportResult
{
    /// <summary>The gateway has it.</summary>
    Accepted,

    /// <summary>Nothing was sent: the gateway of our own is not running yet, or not any more.</summary>
    NotReady,

    /// <summary>No gateway answers there.</summary>
    Unreachable,

    /// <summary>The gateway did not answer in time.</summary>
    TimedOut,

    /// <summary>The gateway does not accept our token.</summary>
    Unauthorized,

    /// <summary>A younger process reports under our name.</summary>
    Replaced,

    /// <summary>The gateway has no room for us.</summary>
    OverQuota,

    /// <summary>The gateway says that the report breaks a rule, or that it failed itself.</summary>
    Refused,
}

/// <param name="Answer">Of an accepted report.</param>
/// <param name="Reason">Of any other: the gateway's or the system's words, not to be trusted.</param>
internal sealed record ReportOutcome(ReportResult Result, ReportAnswer? Answer = null, string Reason = "");

/// <summary>Carries reports to a gateway. Safe for concurrent use.</summary>
internal interface IReportSink
{
    /// <summary>Never throws, except when cancelled.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<ReportOutcome> SendAsync(NodeReport report, CancellationToken cancellationToken);
}
