using System.Diagnostics.Metrics;
using GoTor.Node.Reporting;
using GoTor.Node.Reporting.Sending;
using GoTor.Testing;

namespace GoTor.Node.Tests.Reporting;

/// <summary>docs/METRICS.md says what a node has besides its client's instruments.</summary>
public sealed class NodeMetricsDocumentTests
{
    [Fact]
    public void EveryInstrumentOfTheNode_IsInTheManual_AsItIs_AndNoOther()
    {
        using TestMeterFactory meters = new();
        using MeterListener listener = new();
        SortedDictionary<string, (Instrument Instrument, SortedSet<string> Tags)> found = new(StringComparer.Ordinal);
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope != meters)
                return;
            found.Add(instrument.Name, (instrument, new SortedSet<string>(StringComparer.Ordinal)));
            self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        _ = new ProcessMetrics(meters, new ProcessProbe(TimeProvider.System));
        new ReporterMetrics(meters).Sent(ReportResult.Accepted, TimeSpan.FromSeconds(1), 1);
        listener.RecordObservableInstruments();

        IEnumerable<string> real = found.Values.Select(one =>
            $"{one.Instrument.Name} | {one.Instrument.Unit} | {one.Instrument.GetType().Name.Split('`')[0]} | {string.Join(", ", one.Tags)}");
        Assert.Equal(real, Documented().Order(StringComparer.Ordinal));

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
                found[instrument.Name].Tags.Add(tag.Key);
        }
    }

    [Fact]
    public void Probe_SaysWhatTheSystemSays()
    {
        var resources = new ProcessProbe(TimeProvider.System).Read();
        Assert.True(resources.ResidentBytes > 1 << 20);
        if (!OperatingSystem.IsLinux())
            return;
        Assert.InRange(resources.Threads, 2, 10_000);
        Assert.InRange(resources.Descriptors!.Value, 3, resources.DescriptorLimit!.Value);
        Assert.InRange(resources.Sockets!.Value, 0, resources.Descriptors.Value);
    }

    private static IEnumerable<string> Documented() =>
        File.ReadLines(Path.Combine(Checkout.Root, "docs", "METRICS.md"))
            .SkipWhile(line => line != "## Instruments of the node")
            .SkipWhile(line => !line.StartsWith('|'))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => string.Join(" | ", line.Split('|')[1..5].Select(cell => cell.Trim())));
}
