using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Reports;

/// <summary>Checks the samples of one family.</summary>
internal sealed class SampleReader(ReportQuotas quotas)
{
    // 2^53: the largest count that every consumer of a double still sees exactly.
    private const ulong LargestCount = 1UL << 53;

    // "node" is the gateway's, "le" and "quantile" are Prometheus'.
    private static readonly string[] ReservedLabels = ["node", "le", "quantile"];

    /// <summary>The samples that keep the rules, sorted by labels.</summary>
    /// <param name="family">As the node reported it.</param>
    /// <param name="kind">Its type.</param>
    /// <param name="previous">The family in the same process' last report.</param>
    /// <param name="seriesLeft">How many series the node may still have. Counted down.</param>
    /// <param name="refusals">Where the reasons go for what is left out.</param>
    public ImmutableArray<MetricSample> Read(
        MetricsContract.MetricFamily family, MetricKind kind, MetricFamily? previous, ref int seriesLeft, Refusals refusals)
    {
        var samples = new List<MetricSample>(Math.Min(family.Samples.Count, Math.Max(0, seriesLeft)));
        ulong observations = 0;
        foreach (MetricsContract.Sample sample in family.Samples)
        {
            int series = kind == MetricKind.Histogram ? (sample.Histogram?.Counts.Count ?? 0) + 2 : 1;
            if (series > seriesLeft)
            {
                refusals.Add($"'{family.Name}': the node has more than {quotas.Series} series");
                break;
            }
            string? fault = LabelFault(sample) ?? ValueFault(sample, kind);
            if (fault is not null)
            {
                refusals.Add($"'{family.Name}': {fault}");
                continue;
            }
            if (kind == MetricKind.Histogram && (observations += Observations(sample.Histogram!)) > LargestCount)
            {
                refusals.Add($"'{family.Name}': counts that are too large together");
                break;
            }
            seriesLeft -= series;
            samples.Add(new MetricSample(
                [.. sample.Labels.Select(label => KeyValuePair.Create(label.Name, label.Value)).OrderBy(label => label.Key, StringComparer.Ordinal)],
                kind == MetricKind.Histogram ? 0 : sample.Value,
                kind == MetricKind.Histogram ? Read(sample.Histogram!) : null));
        }
        samples.Sort(static (left, right) => CompareLabels(left.Labels, right.Labels));
        return WithoutDuplicates(family, kind, samples, previous, refusals);
    }

    // Each count is checked to be small enough for this.
    private static ulong Observations(MetricsContract.Histogram histogram) => histogram.Counts.Aggregate(0UL, static (total, count) => total + count);

    private static HistogramValue Read(MetricsContract.Histogram histogram) =>
        new([.. histogram.Bounds], [.. histogram.Counts.Select(count => (long)count)], histogram.Sum);

    private static ImmutableArray<MetricSample> WithoutDuplicates(
        MetricsContract.MetricFamily family, MetricKind kind, List<MetricSample> samples, MetricFamily? previous, Refusals refusals)
    {
        var result = ImmutableArray.CreateBuilder<MetricSample>(samples.Count);
        int before = 0;
        for (int i = 0; i < samples.Count; i++)
        {
            MetricSample sample = samples[i];
            if (result.Count > 0 && CompareLabels(result[^1].Labels, sample.Labels) == 0)
            {
                refusals.Add($"'{family.Name}': two samples have the same labels");
                continue;
            }
            if (previous is not null)
                sample = AfterPrevious(family, kind, sample, previous.Samples, ref before, refusals);
            result.Add(sample);
        }
        return result.DrainToImmutable();
    }

    // A total that falls within a process would look like a restart to Prometheus, so the last good value stays until the node is past it.
    private static MetricSample AfterPrevious(
        MetricsContract.MetricFamily family, MetricKind kind, MetricSample sample, ImmutableArray<MetricSample> previous, ref int at, Refusals refusals)
    {
        while (at < previous.Length && CompareLabels(previous[at].Labels, sample.Labels) < 0)
            at++;
        if (at == previous.Length || CompareLabels(previous[at].Labels, sample.Labels) != 0)
            return sample;
        MetricSample last = previous[at];
        bool fell = kind switch
        {
            MetricKind.Counter => sample.Value < last.Value,
            MetricKind.Histogram => Fell(last.Histogram!, sample.Histogram!),
            _ => false,
        };
        if (fell)
        {
            refusals.Add($"'{family.Name}': a total went backwards within one process");
            return last;
        }
        // The labels are those of the last report: no need to keep both.
        return sample with
        {
            Labels = last.Labels,
            Histogram = sample.Histogram is { } histogram && histogram.Bounds.AsSpan().SequenceEqual(last.Histogram!.Bounds.AsSpan())
                ? histogram with { Bounds = last.Histogram.Bounds }
                : sample.Histogram,
        };
    }

    private static bool Fell(HistogramValue last, HistogramValue next)
    {
        if (!last.Bounds.AsSpan().SequenceEqual(next.Bounds.AsSpan()))
            return next.Count < last.Count;
        for (int i = 0; i < last.Counts.Length; i++)
        {
            if (next.Counts[i] < last.Counts[i])
                return true;
        }
        return false;
    }

    private string? LabelFault(MetricsContract.Sample sample)
    {
        if (sample.Labels.Count > quotas.Labels)
            return $"{sample.Labels.Count} labels, at most {quotas.Labels} are taken";
        for (int i = 0; i < sample.Labels.Count; i++)
        {
            MetricsContract.Label label = sample.Labels[i];
            if (!ReportText.IsLabelName(label.Name) || Array.IndexOf(ReservedLabels, label.Name) >= 0)
                return $"{ReportText.Quote(label.Name)} cannot be a label's name";
            if (!ReportText.IsPlain(label.Value, quotas.LabelValueLength))
                return $"the value of label '{label.Name}' is longer than {quotas.LabelValueLength} characters or has control characters";
            for (int j = 0; j < i; j++)
            {
                if (sample.Labels[j].Name == label.Name)
                    return $"label '{label.Name}' comes twice";
            }
        }
        return null;
    }

    private string? ValueFault(MetricsContract.Sample sample, MetricKind kind) => kind switch
    {
        MetricKind.Histogram when sample.Histogram is null => "a histogram without buckets",
        MetricKind.Histogram => HistogramFault(sample.Histogram),
        _ when !double.IsFinite(sample.Value) => "a value that is not a number",
        MetricKind.Counter when sample.Value < 0 => "a total below zero",
        _ => null,
    };

    private string? HistogramFault(MetricsContract.Histogram histogram)
    {
        if (histogram.Bounds.Count > quotas.Buckets)
            return $"{histogram.Bounds.Count} buckets, at most {quotas.Buckets} are taken";
        if (histogram.Counts.Count != histogram.Bounds.Count + 1)
            return $"{histogram.Bounds.Count} bounds need {histogram.Bounds.Count + 1} counts, not {histogram.Counts.Count}";
        for (int i = 0; i < histogram.Bounds.Count; i++)
        {
            if (!double.IsFinite(histogram.Bounds[i]) || (i > 0 && histogram.Bounds[i] <= histogram.Bounds[i - 1]))
                return "bounds that do not ascend";
        }
        ulong total = 0;
        foreach (ulong count in histogram.Counts)
        {
            if (count > LargestCount || (total += count) > LargestCount)
                return "counts that are too large";
        }
        return double.IsFinite(histogram.Sum) ? null : "a sum that is not a number";
    }

    private static int CompareLabels(ImmutableArray<KeyValuePair<string, string>> left, ImmutableArray<KeyValuePair<string, string>> right)
    {
        for (int i = 0; i < left.Length && i < right.Length; i++)
        {
            int order = string.CompareOrdinal(left[i].Key, right[i].Key);
            if (order == 0)
                order = string.CompareOrdinal(left[i].Value, right[i].Value);
            if (order != 0)
                return order;
        }
        return left.Length - right.Length;
    }
}
