using System.Diagnostics.Metrics;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.Node.Reporting.Aggregation;
using GoTor.Testing;

namespace GoTor.Node.Tests.Reporting;

public sealed class MeterAggregatorTests : IDisposable
{
    private static readonly double[] Bounds = [1, 2.5, 10];

    private readonly TestMeterFactory _factory = new();
    private readonly MeterAggregator _aggregator;
    private readonly Meter _meter;

    public MeterAggregatorTests()
    {
        _aggregator = new MeterAggregator(_factory);
        _meter = _factory.Create("GoTor");
    }

    public void Dispose()
    {
        _aggregator.Dispose();
        _factory.Dispose();
    }

    [Fact]
    public void Counter_WithTags_KeepsATotalForEach()
    {
        Counter<long> counter = _meter.CreateCounter<long>("c", "{thing}", "Things.");
        counter.Add(3, Tag("way", "in"));
        counter.Add(4, Tag("way", "out"));
        counter.Add(5, Tag("way", "in"));
        MetricAggregate aggregate = Assert.Single(_aggregator.Aggregates);
        Assert.Equal(("c", "{thing}", "Things.", AggregateKind.Counter), (aggregate.Name, aggregate.Unit, aggregate.Help, aggregate.Kind));
        Assert.Equal((8, 4, 12), (_aggregator.Total("c", "way", "in"), _aggregator.Total("c", "way", "out"), _aggregator.Total("c")));
    }

    [Fact]
    public void Tags_InAnotherOrder_AreTheSameSeries()
    {
        Counter<long> counter = _meter.CreateCounter<long>("c");
        counter.Add(1, Tag("a", "1"), Tag("b", "2"));
        counter.Add(1, Tag("b", "2"), Tag("a", "1"));
        MetricSeries series = Assert.Single(_aggregator.Aggregates[0].Series.ToArray());
        Assert.Equal(2, series.Value);
        Assert.Equal("a", series.Labels.Labels[0].Key);
    }

    [Fact]
    public void UpDownCounter_IsAGauge_ThatFalls()
    {
        UpDownCounter<long> counter = _meter.CreateUpDownCounter<long>("u");
        counter.Add(5);
        counter.Add(-3);
        Assert.Equal(AggregateKind.Gauge, _aggregator.Aggregates[0].Kind);
        Assert.Equal(2, _aggregator.Total("u"));
    }

    [Fact]
    public void ObservedGauge_ThatSaysNothing_IsLeftOut_AndItsOthersStay()
    {
        double? value = 5;
        _meter.CreateObservableGauge("g", () => value is { } known ? [new Measurement<double>(known)] : Array.Empty<Measurement<double>>());
        _meter.CreateObservableCounter("c", () => value is { } known ? [new Measurement<double>(known)] : Array.Empty<Measurement<double>>());
        Assert.Null(_aggregator.Collect());
        Assert.Equal([5.0, 5.0], Values());
        value = null;
        Assert.Null(_aggregator.Collect());
        Assert.Equal([5.0], Values()); // A total does not go away.
        value = 6;
        Assert.Null(_aggregator.Collect());
        Assert.Equal([6.0, 6.0], Values());
    }

    [Fact]
    public void ObservedInstrument_ThatThrows_IsTold_AndTheOthersAreRead()
    {
        _meter.CreateObservableGauge("bad", long () => throw new InvalidOperationException("no"));
        _meter.CreateObservableGauge("good", () => 7);
        Assert.IsType<InvalidOperationException>(_aggregator.Collect());
        Assert.Equal(7, _aggregator.Total("good"));
    }

    [Fact]
    public void Meters_OfOtherFactoriesOrNames_AreNotOurs()
    {
        using TestMeterFactory other = new();
        other.Create("GoTor").CreateCounter<long>("c").Add(1);
        _factory.Create("Somebody").CreateCounter<long>("c").Add(1);
        Assert.Empty(_aggregator.Aggregates);
    }

    [Fact]
    public void Tags_OfAnOpenSet_StopAtTheLimit()
    {
        Counter<long> counter = _meter.CreateCounter<long>("c");
        for (int i = 0; i < 10_000; i++)
            counter.Add(1, Tag("open", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        MetricAggregate aggregate = _aggregator.Aggregates[0];
        Assert.Equal(MetricAggregate.MaxSeries, aggregate.Series.Length);
        Assert.Equal(10_000 - MetricAggregate.MaxSeries, aggregate.Dropped);
        counter.Add(1, Tag("open", "0"));
        Assert.Equal(MetricAggregate.MaxSeries + 1, _aggregator.Total("c"));
    }

    /// <summary>The model of a histogram is the list of what it observed.</summary>
    [Property]
    public void Histogram_OfAnything_EqualsItsModel(NormalFloat[] observations)
    {
        Histogram<double> histogram = _meter.CreateHistogram("h", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });
        BucketedSeries? Series() => _aggregator.Aggregates.Single(aggregate => aggregate.Name == "h").Series.ToArray().OfType<BucketedSeries>().SingleOrDefault();
        long[] before = Counts(Series());
        double sumBefore = Series()?.Value ?? 0;
        foreach (NormalFloat observation in observations)
            histogram.Record((double)observation);
        long[] expected =
        [
            observations.Count(o => (double)o <= 1), observations.Count(o => (double)o is > 1 and <= 2.5),
            observations.Count(o => (double)o is > 2.5 and <= 10), observations.Count(o => (double)o > 10),
        ];
        Assert.Equal(expected, Counts(Series()).Zip(before, (now, then) => now - then));
        double sum = observations.Aggregate(sumBefore, (total, o) => total + (double)o);
        Assert.Equal(sum, Series()?.Value ?? 0);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1.0000001, 1)]
    [InlineData(2.5, 1)]
    [InlineData(10, 2)]
    [InlineData(double.PositiveInfinity, 3)]
    public void Histogram_ValueOnABound_BelongsBelowIt(double value, int bucket)
    {
        BucketedSeries series = new(LabelSet.Empty, Bounds);
        series.Record(value);
        Assert.Equal(1, series.Count(bucket));
        series.Record(double.NaN);
        Assert.Equal(1, series.Count());
    }

    [Fact]
    public async Task Measurements_FromManyThreads_AllCount()
    {
        const int Threads = 4, Each = 20_000;
        Counter<long> whole = _meter.CreateCounter<long>("whole");
        Counter<double> fraction = _meter.CreateCounter<double>("fraction");
        Histogram<double> histogram = _meter.CreateHistogram<double>("histogram");
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                whole.Add(1, Tag("thread", (i % 4).ToString(System.Globalization.CultureInfo.InvariantCulture)));
                fraction.Add(0.5);
                histogram.Record(2);
            }
        })));
        Assert.Equal(Threads * Each, _aggregator.Total("whole"));
        Assert.Equal(Threads * Each / 2.0, _aggregator.Total("fraction"));
        Assert.Equal(2, _aggregator.Mean("histogram"));
        Assert.Equal(2.0 * Threads * Each, _aggregator.Total("histogram"));
    }

    [Fact]
    public void Measurement_OnceItsSeriesIsThere_AllocatesNothing()
    {
        Counter<long> counter = _meter.CreateCounter<long>("c");
        Histogram<double> histogram = _meter.CreateHistogram<double>("h");
        KeyValuePair<string, object?> tag = Tag("way", "in");
        Record(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Record(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Record(int times)
        {
            for (int i = 0; i < times; i++)
            {
                counter.Add(1, tag);
                histogram.Record(i, tag);
            }
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static long[] Counts(BucketedSeries? series) =>
        series is null ? new long[Bounds.Length + 1] : [.. Enumerable.Range(0, Bounds.Length + 1).Select(series.Count)];

    private List<double> Values() =>
    [
        .. _aggregator.Aggregates.SelectMany(
            aggregate => aggregate.Series.ToArray().Where(series => _aggregator.IsCurrent(aggregate, series)), (_, series) => series.Value),
    ];
}
