using System.Diagnostics.Metrics;

namespace GoTor.Node.Reporting.Aggregation;

/// <summary>
/// Listens to the meter "GoTor" of one factory and keeps every instrument's totals. Made before the client, it misses nothing. Safe for
/// concurrent use; one caller collects at a time.
/// </summary>
internal sealed class MeterAggregator : IDisposable
{
    private const string MeterName = "GoTor";

    private readonly MeterListener _listener = new();
    private readonly Lock _adding = new();
    private MetricAggregate[] _aggregates = [];
    private int _collection;

    /// <param name="meters">Meters of other factories, such as another client in this process, are not ours.</param>
    public MeterAggregator(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument, AggregateOf(instrument));
        };
        _listener.SetMeasurementEventCallback<long>(OnWhole);
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, state) => OnWhole(instrument, value, tags, state));
        _listener.SetMeasurementEventCallback<double>(OnFraction);
        _listener.Start();
    }

    /// <summary>Asks the instruments that are observed.</summary>
    /// <returns>What one of them threw; the others were asked all the same.</returns>
    public Exception? Collect()
    {
        Interlocked.Increment(ref _collection);
        try
        {
            _listener.RecordObservableInstruments();
            return null;
        }
        catch (AggregateException error)
        {
            return error.InnerExceptions[0];
        }
    }

    /// <summary>All instruments, in the order in which they were made.</summary>
    public IReadOnlyList<MetricAggregate> Aggregates => Volatile.Read(ref _aggregates);

    /// <summary>Whether a series stands for something now: an observed gauge that said nothing in the last collection does not.</summary>
    public bool IsCurrent(MetricAggregate aggregate, MetricSeries series) =>
        aggregate is not { IsObserved: true, Kind: AggregateKind.Gauge } || series.SeenIn == Volatile.Read(ref _collection);

    /// <summary>The sum over all series of an instrument that have a label; 0 when there are none.</summary>
    public double Total(string name, string? label = null, string? value = null)
    {
        double total = 0;
        if (Find(name) is { } aggregate)
        {
            foreach (MetricSeries series in aggregate.Series)
            {
                if (label is null || series.Labels.Has(label, value!))
                    total += series.Value;
            }
        }

        return total;
    }

    /// <summary>The mean of everything that a histogram observed; null before there was anything.</summary>
    public double? Mean(string name)
    {
        (double sum, long count) = (0, 0);
        if (Find(name) is { } aggregate)
        {
            foreach (MetricSeries series in aggregate.Series)
            {
                sum += series.Value;
                count += (series as BucketedSeries)?.Count() ?? 0;
            }
        }

        return count == 0 ? null : sum / count;
    }

    public void Dispose() => _listener.Dispose();

    private MetricAggregate? Find(string name) => Array.Find(Volatile.Read(ref _aggregates), aggregate => aggregate.Name == name);

    /// <summary>Rooms may make an instrument of the same name twice; both count for the same totals.</summary>
    private MetricAggregate AggregateOf(Instrument instrument)
    {
        lock (_adding)
        {
            if (Find(instrument.Name) is { } known)
                return known;
            MetricAggregate aggregate = new(instrument);
            Volatile.Write(ref _aggregates, [.. _aggregates, aggregate]);
            return aggregate;
        }
    }

    private void OnWhole(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((MetricAggregate)state!).Record(value, tags, _collection);

    private void OnFraction(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((MetricAggregate)state!).Record(value, tags, _collection);
}
