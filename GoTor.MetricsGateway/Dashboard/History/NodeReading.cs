using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Dashboard.History;

/// <summary>What the charts need of one report. Totals are since the process started; NaN is what the node did not say.</summary>
internal sealed record NodeReading
{
    public required DateTimeOffset At { get; init; }
    public required string BootId { get; init; }
    public required ulong Sequence { get; init; }
    public required double Received { get; init; }
    public required double Sent { get; init; }
    public required double ProcessorSeconds { get; init; }
    public required double Memory { get; init; }
    public required HistogramValue? BuildTimes { get; init; }
    public required ContractFields Fields { get; init; }

    public static NodeReading Of(NodeSnapshot snapshot) => new()
    {
        At = snapshot.ReceivedAt,
        BootId = snapshot.BootId,
        Sequence = snapshot.Sequence,
        Received = snapshot.Value("gotor.stream.data", ("direction", "received"), ("purpose", "user")).OrZero(),
        Sent = snapshot.Value("gotor.stream.data", ("direction", "sent"), ("purpose", "user")).OrZero(),
        ProcessorSeconds = snapshot.Value("gotor.process.cpu.time"),
        Memory = snapshot.Value("gotor.process.memory.resident"),
        BuildTimes = snapshot.Family("gotor.circuit.build.duration")?.Samples.FirstOrDefault(sample => sample.Has("purpose", "user"))?.Histogram,
        Fields = snapshot.Fields,
    };
}

/// <summary>Looks into a report's families.</summary>
internal static class SnapshotLookup
{
    public static MetricFamily? Family(this NodeSnapshot snapshot, string name) =>
        snapshot.Families.FirstOrDefault(family => family.Name == name);

    /// <summary>The sum of the samples that carry these labels; NaN when there is none.</summary>
    public static double Value(this NodeSnapshot snapshot, string name, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        double sum = double.NaN;
        foreach (MetricSample sample in snapshot.Family(name)?.Samples ?? [])
        {
            bool all = true;
            foreach ((string label, string value) in labels)
            {
                all &= sample.Has(label, value);
            }

            if (all)
            {
                sum = double.IsNaN(sum) ? sample.Value : sum + sample.Value;
            }
        }

        return sum;
    }

    /// <summary>A counter appears when it first counts: without it, nothing has been counted yet.</summary>
    public static double OrZero(this double total) => double.IsNaN(total) ? 0 : total;

    public static bool Has(this MetricSample sample, string label, string value) =>
        sample.Labels.Any(pair => pair.Key == label && pair.Value == value);
}
