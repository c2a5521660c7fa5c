using System.Collections.Immutable;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Reports;

/// <summary>Turns a report into a snapshot of which everything may be shown. Safe for concurrent use.</summary>
internal sealed class ReportReader(FamilyReader families)
{
    private const int MostLabels = 16;
    private const int MostComponents = 32;
    private const int MostDetails = 32;
    private const int LongestText = 512;
    private const int LongestValue = 128;
    private const long LastMillisecond = 253_402_300_799_999; // The end of year 9999.
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    /// <summary>Checks what says who reports.</summary>
    /// <exception cref="ReportRefusedException">The report breaks a rule.</exception>
    public static void CheckHeader(MetricsContract.NodeReport report)
    {
        Require(report.Contract >= 1, "contract is 0: this gateway knows versions from 1 on");
        Require(ReportText.IsId(report.NodeId), "node_id must have 1 to 64 characters of A-Z a-z 0-9 . _ -");
        Require(ReportText.IsId(report.BootId), "boot_id must have 1 to 64 characters of A-Z a-z 0-9 . _ -");
        Require(report.StartTimeUnixMs is >= 0 and <= LastMillisecond, "start_time_unix_ms is not a time");
        Require(report.TimeUnixMs is >= 0 and <= LastMillisecond, "time_unix_ms is not a time");
    }

    /// <summary>
    /// When the process started, as far as the order of processes goes: a clock that is ahead must not lock out the processes that follow.
    /// </summary>
    public static DateTimeOffset StartOf(MetricsContract.NodeReport report, NodeSnapshot? current, DateTimeOffset now)
    {
        if (current?.BootId == report.BootId)
            return current.StartTime;
        DateTimeOffset start = DateTimeOffset.FromUnixTimeMilliseconds(report.StartTimeUnixMs);
        return start < now ? start : now;
    }

    /// <summary>The snapshot, and what was left out of it.</summary>
    /// <param name="report">Its header is checked.</param>
    /// <param name="start">From <see cref="StartOf"/>.</param>
    /// <param name="previous">The last snapshot of the same process, or null.</param>
    /// <param name="now">By the gateway's clock.</param>
    /// <param name="refusals">Where the reasons go for what is left out.</param>
    public NodeSnapshot Read(
        MetricsContract.NodeReport report, DateTimeOffset start, NodeSnapshot? previous, DateTimeOffset now, Refusals refusals)
    {
        ImmutableArray<MetricFamily> read = families.Read(report.Families, report.NodeId, previous, now, refusals);
        return NodeHealth.Complete(new NodeSnapshot
        {
            NodeId = report.NodeId,
            BootId = report.BootId,
            StartTime = start,
            Sequence = report.Sequence,
            NodeTime = DateTimeOffset.FromUnixTimeMilliseconds(report.TimeUnixMs),
            ReceivedAt = now,
            Interval = IntervalOf(report.IntervalMs),
            Version = ReportText.Clean(report.Version, ReportText.LongestName),
            Network = report.Network is "public" or "sandbox" or "custom" ? report.Network : "custom",
            Labels = Labels(report.Labels, previous, refusals),
            Bootstrap = new BootstrapProgress(
                (int)Math.Min(report.Bootstrap?.Percent ?? 0, 100),
                ReportText.Clean(report.Bootstrap?.Tag ?? "", ReportText.LongestName),
                ReportText.Clean(report.Bootstrap?.Summary ?? "", LongestText)),
            Families = read,
            Health = Components(report.Health, refusals),
            Fields = ContractFieldsReader.Of(read),
            Final = report.Final,
            Profiling = report.Profiling,
        });
    }

    private static TimeSpan IntervalOf(uint milliseconds)
    {
        if (milliseconds == 0)
            return UsualInterval;
        var interval = TimeSpan.FromMilliseconds((long)milliseconds);
        return interval < LongestInterval ? interval : LongestInterval;
    }

    private static ImmutableArray<KeyValuePair<string, string>> Labels(
        IDictionary<string, string> labels, NodeSnapshot? previous, Refusals refusals)
    {
        var result = new SortedList<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in labels)
        {
            if (result.Count == MostLabels)
            {
                refusals.Add($"the node has more than {MostLabels} labels");
                break;
            }
            if (!ReportText.IsLabelName(name) || !ReportText.IsPlain(value, LongestValue))
                refusals.Add($"the node's label {ReportText.Quote(name)} has a name or value that is not allowed");
            else
                result.Add(name, value);
        }
        return previous is not null && previous.Labels.SequenceEqual(result) ? previous.Labels : [.. result];
    }

    private static ImmutableArray<NodeComponent> Components(IReadOnlyList<MetricsContract.HealthComponent> components, Refusals refusals)
    {
        var result = new SortedList<string, NodeComponent>(StringComparer.Ordinal);
        foreach (MetricsContract.HealthComponent component in components)
        {
            if (result.Count == MostComponents)
            {
                refusals.Add($"the node has more than {MostComponents} health components");
                break;
            }
            if (!ReportText.IsLabelName(component.Name) || result.ContainsKey(component.Name))
            {
                refusals.Add($"{ReportText.Quote(component.Name)} cannot be a health component's name, or comes twice");
                continue;
            }
            long checkedAt = Math.Clamp(component.CheckedUnixMs, 0, LastMillisecond);
            result.Add(component.Name, new NodeComponent(
                component.Name, LevelOf(component.Status), ReportText.Clean(component.Message, LongestText), Details(component.Details),
                DateTimeOffset.FromUnixTimeMilliseconds(checkedAt)));
        }
        return [.. result.Values];
    }

    private static ImmutableArray<KeyValuePair<string, string>> Details(IDictionary<string, string> details) =>
    [
        .. details.Where(detail => ReportText.IsLabelName(detail.Key))
            .OrderBy(detail => detail.Key, StringComparer.Ordinal)
            .Take(MostDetails)
            .Select(detail => KeyValuePair.Create(detail.Key, ReportText.Clean(detail.Value, LongestValue))),
    ];

    // What a newer node calls something else is certainly not healthy.
    private static HealthLevel LevelOf(MetricsContract.HealthStatus status) => status switch
    {
        MetricsContract.HealthStatus.Healthy => HealthLevel.Healthy,
        MetricsContract.HealthStatus.Degraded => HealthLevel.Degraded,
        _ => HealthLevel.Unhealthy,
    };

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new ReportRefusedException(RefusalReason.Malformed, message);
    }
}
