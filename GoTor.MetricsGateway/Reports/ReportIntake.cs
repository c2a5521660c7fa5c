using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Reports;

/// <summary>One report's way from the wire into the registry. Safe for concurrent use.</summary>
internal sealed class ReportIntake(
    ReportReader reader, NodeRegistry registry, ReportQuotas quotas, ReportsMetrics metrics, TimeProvider time, ILogger<ReportIntake> logger)
{
    private readonly OncePerMinute _refusedLines = new(time);
    private readonly OncePerMinute _leftOutLines = new(time);
    private readonly OncePerMinute _failedLines = new(time);
    private readonly OncePerMinute _newLines = new(time);
    private readonly OncePerMinute _goodbyeLines = new(time);

    /// <summary>New with each gateway process.</summary>
    public string BootId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Checks and takes a report. One that is not newer than the last one changes nothing and is no error.</summary>
    /// <returns>The answer, without a request for a profile.</returns>
    /// <exception cref="ReportRefusedException">It is not taken.</exception>
    public MetricsContract.ReportAnswer Take(MetricsContract.NodeReport report)
    {
        long began = time.GetTimestamp();
        try
        {
            ReportReader.CheckHeader(report);
            TimeSpan told = IntervalFor(registry.Count);
            Refusals refusals = Take(report, told);
            metrics.Taken(time.GetElapsedTime(began), refusals.Count);
            if (refusals.Count > 0 && _leftOutLines.IsDue(report.NodeId))
                ReportsLog.LeftOut(logger, report.NodeId, refusals.Count, refusals.ForAnswer().First());
            return new MetricsContract.ReportAnswer
            {
                Contract = 1,
                GatewayBootId = BootId,
                NextIntervalMs = (uint)told.TotalMilliseconds,
                Refusals = { refusals.ForAnswer() },
            };
        }
        catch (ReportRefusedException refused)
        {
            metrics.Refused(refused.Reason);
            string node = ReportText.Clean(report.NodeId, ReportText.LongestName);
            if (_refusedLines.IsDue(node))
                ReportsLog.Refused(logger, node, refused.Message);
            throw;
        }
#pragma warning disable CA1031 // Whatever a report does to us, it is that report's misfortune alone.
        catch (Exception mistake)
#pragma warning restore CA1031
        {
            metrics.Refused(RefusalReason.Internal);
            // One line for all nodes: it is one mistake, with a long trace.
            if (_failedLines.IsDue(mistake.GetType().Name))
                ReportsLog.Failed(logger, ReportText.Clean(report.NodeId, ReportText.LongestName), mistake);
            throw new ReportRefusedException(RefusalReason.Internal, "the gateway could not read the report, by a mistake of its own: its log says more", mistake);
        }
    }

    private Refusals Take(MetricsContract.NodeReport report, TimeSpan told)
    {
        while (true)
        {
            DateTimeOffset now = time.GetUtcNow();
            DateTimeOffset start = ReportReader.StartOf(report, registry.Find(report.NodeId)?.Latest, now);
            (bool isNewer, NodeSnapshot? previous) = registry.Look(report.NodeId, report.BootId, start, report.Sequence);
            var refusals = new Refusals();
            if (!isNewer)
                return refusals;
            NodeSnapshot snapshot = reader.Read(report, start, previous, now, refusals);
            if (!registry.TryTake(snapshot, previous, FamilyReader.TextBytes(snapshot.Families, snapshot.NodeId), told))
                continue; // Another report of the same node was quicker: this one may be older than it.
            if (previous is null && _newLines.IsDue(snapshot.NodeId))
                ReportsLog.NewProcess(logger, snapshot.NodeId, snapshot.Version, snapshot.Network);
            if (snapshot.Final && _goodbyeLines.IsDue(snapshot.NodeId))
                ReportsLog.Goodbye(logger, snapshot.NodeId);
            return refusals;
        }
    }

    // Zero as long as all nodes together stay below the gateway's pace.
    private TimeSpan IntervalFor(int nodes)
    {
        double seconds = (double)nodes / quotas.TotalReportsPerSecond;
        return seconds <= 1 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1000));
    }
}
