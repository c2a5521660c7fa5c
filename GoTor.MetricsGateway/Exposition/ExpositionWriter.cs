using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>Writes families and samples in one of the two formats. The caller keeps the samples of a family together.</summary>
/// <remarks>
/// https://prometheus.io/docs/instrumenting/exposition_formats/ and
/// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
/// </remarks>
internal sealed class ExpositionWriter(PooledText text, ExpositionFormat format)
{
    // The bounds of one set of histograms come again with each node: their text is made once.
    private readonly Dictionary<double, byte[]> _bounds = [];

    /// <summary>HELP, TYPE and, for OpenMetrics, UNIT of the samples that follow.</summary>
    public void Family(string prometheusName, MetricKind kind, string unit, string help)
    {
        string name = prometheusName;
        if (format == ExpositionFormat.OpenMetrics)
            name = PrometheusName.BaseName(prometheusName, kind);
        Line("# HELP "u8, name);
        Help(help);
        text.Write("\n"u8);
        Line("# TYPE "u8, name);
        text.Write(kind switch
        {
            MetricKind.Counter => "counter\n"u8,
            MetricKind.Gauge => "gauge\n"u8,
            _ => "histogram\n"u8,
        });
        if (format == ExpositionFormat.OpenMetrics && PrometheusName.OpenMetricsUnit(name, unit, kind) is { } openUnit)
        {
            Line("# UNIT "u8, name);
            text.Write(openUnit);
            text.Write("\n"u8);
        }
    }

    /// <summary>All lines of one sample.</summary>
    /// <param name="name">The family's Prometheus name.</param>
    /// <param name="node">The value of label "node", or null for none.</param>
    /// <param name="sample">The labels and the value.</param>
    public void Sample(string name, string? node, MetricSample sample)
    {
        if (sample.Histogram is not { } histogram)
        {
            Start(name, ""u8, node, sample.Labels);
            Close(node is not null || !sample.Labels.IsEmpty);
            Value(sample.Value);
            return;
        }
        long count = 0;
        for (int i = 0; i < histogram.Counts.Length; i++)
        {
            count += histogram.Counts[i];
            Start(name, "_bucket"u8, node, sample.Labels);
            text.Write(node is not null || !sample.Labels.IsEmpty ? ",le=\""u8 : "{le=\""u8);
            if (i < histogram.Bounds.Length)
                text.Write(Bound(histogram.Bounds[i]));
            else
                text.Write("+Inf"u8);
            text.Write("\"} "u8);
            text.Write(count);
            text.Write("\n"u8);
        }
        Start(name, "_sum"u8, node, sample.Labels);
        Close(node is not null || !sample.Labels.IsEmpty);
        Value(histogram.Sum);
        Start(name, "_count"u8, node, sample.Labels);
        Close(node is not null || !sample.Labels.IsEmpty);
        Value(count);
    }

    /// <summary>One line whose value is a whole number.</summary>
    public void Sample(string name, string node, long value)
    {
        Start(name, ""u8, node, []);
        Close(true);
        text.Write(value);
        text.Write("\n"u8);
    }

    /// <summary>One line whose value has three digits behind the point.</summary>
    public void Milliseconds(string name, string node, long nanoseconds)
    {
        Start(name, ""u8, node, []);
        Close(true);
        long milliseconds = (nanoseconds / 1_000_000) + (nanoseconds % 1_000_000 >= 500_000 ? 1 : 0);
        text.Write(milliseconds / 1000);
        Span<byte> digits = text.Room(4);
        digits[0] = (byte)'.';
        digits[1] = (byte)('0' + (milliseconds / 100 % 10));
        digits[2] = (byte)('0' + (milliseconds / 10 % 10));
        digits[3] = (byte)('0' + (milliseconds % 10));
        text.Advance(4);
        text.Write("\n"u8);
    }

    /// <summary>Lines that were written before.</summary>
    public void Lines(ReadOnlySpan<byte> lines) => text.Write(lines);

    /// <summary>Ends the text.</summary>
    public void End()
    {
        if (format == ExpositionFormat.OpenMetrics)
            text.Write("# EOF\n"u8);
    }

    private void Line(ReadOnlySpan<byte> start, string name)
    {
        text.Write(start);
        text.Write(name);
        text.Write(" "u8);
    }

    // name{node="x",label="value" – the braces stay open.
    private void Start(string name, ReadOnlySpan<byte> suffix, string? node, ImmutableArray<KeyValuePair<string, string>> labels)
    {
        text.Write(name);
        text.Write(suffix);
        if (node is not null)
        {
            text.Write("{node=\""u8);
            text.Write(node); // Checked to need no escaping.
            text.Write("\""u8);
        }
        for (int i = 0; i < labels.Length; i++)
        {
            text.Write(i > 0 || node is not null ? ","u8 : "{"u8);
            text.Write(labels[i].Key);
            text.Write("=\""u8);
            Escaped(labels[i].Value, quotes: true);
            text.Write("\""u8);
        }
    }

    private void Close(bool hasLabels) => text.Write(hasLabels ? "} "u8 : " "u8);

    private void Value(double value)
    {
        text.Write(value);
        text.Write("\n"u8);
    }

    // OpenMetrics wants a point in every bound, and a bound must not have two names.
    private byte[] Bound(double bound)
    {
        ref byte[]? known = ref CollectionsMarshal.GetValueRefOrAddDefault(_bounds, bound, out _);
        return known ??= Encoding.ASCII.GetBytes(
            bound == Math.Floor(bound) && Math.Abs(bound) < 1e15 ? $"{(long)bound}.0" : bound.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
    }

    // Only OpenMetrics escapes quotes in a help text.
    private void Help(string help) => Escaped(help, quotes: format == ExpositionFormat.OpenMetrics);

    private void Escaped(string value, bool quotes)
    {
        if (value.AsSpan().ContainsAny('\\', '\n', '"'))
        {
            value = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            if (quotes)
                value = value.Replace("\"", "\\\"", StringComparison.Ordinal);
        }
        text.Write(value);
    }
}
