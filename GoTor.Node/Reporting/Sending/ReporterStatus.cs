namespace GoTor.Node.Reporting.Sending;

/// <summary>How reporting goes, for the node's own health. Safe for concurrent use.</summary>
internal sealed class ReporterStatus
{
    private readonly Lock _lock = new();
    private long _accepted;
    private long _failed;
    private ReportResult _last = ReportResult.Unreachable;
    private ReportResult? _lastFailure;
    private DateTimeOffset _lastFailureAt;
    private int _refusals;

    /// <summary>The last report arrived.</summary>
    public bool IsHeard
    {
        get
        {
            lock (_lock)
                return _accepted > 0 && _last == ReportResult.Accepted;
        }
    }

    public void Note(ReportOutcome outcome, DateTimeOffset now)
    {
        lock (_lock)
        {
            _last = outcome.Result;
            if (outcome.Answer is { } answer)
            {
                _accepted++;
                _refusals = answer.Refusals.Count;
            }
            else
            {
                _failed++;
                (_lastFailure, _lastFailureAt) = (outcome.Result, now);
            }
        }
    }

    public ReporterCounts Current
    {
        get
        {
            lock (_lock)
                return new ReporterCounts(_accepted, _failed, _lastFailure, _lastFailureAt, _refusals);
        }
    }
}

/// <param name="Accepted">Reports that arrived.</param>
/// <param name="Failed">Reports that did not.</param>
/// <param name="LastFailure">What became of the last one that did not; null when all arrived.</param>
/// <param name="Refusals">Series that the gateway left out of the last report.</param>
internal sealed record ReporterCounts(long Accepted, long Failed, ReportResult? LastFailure, DateTimeOffset LastFailureAt, int Refusals);
