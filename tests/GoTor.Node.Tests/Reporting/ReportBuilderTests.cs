using System.Diagnostics.Metrics;
using GoTor.MetricsContract;
using GoTor.Node.Reporting;
using GoTor.Node.Reporting.Aggregation;
using GoTor.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Node.Tests.Reporting;

/// <summary>Messages that are used again must not be seen.</summary>
public sealed class ReportBuilderTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly TestMeterFactory _meters = new();
    private readonly MeterAggregator _aggregator;
    private readonly NodeIdentity _identity;

    public ReportBuilderTests()
    {
        _aggregator = new MeterAggregator(_meters);
        _identity = new NodeIdentity("me", "boot", _time.GetUtcNow(), "0.1.0", "sandbox", new Dictionary<string, string> { ["region"] = "eu" }, OffersProfiles: true);
    }

    public void Dispose()
    {
        _aggregator.Dispose();
        _meters.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Report_OfUsedMessages_IsThatOfFreshOnes(int seed)
    {
        var chance = new Random(seed);
        Meter meter = _meters.Create("GoTor");
        int observed = 0;
        Counter<long> counter = meter.CreateCounter<long>("gotor.test.counter", "{thing}", "A counter.");
        Histogram<double> histogram = meter.CreateHistogram<double>("gotor.test.histogram", "s", "A histogram.");
        meter.CreateObservableGauge("gotor.test.gauge", () => observed % 3 == 0 ? [] : new Measurement<int>[] { new(observed) });
        ReportBuilder again = new(_identity, _aggregator, _time), fresh = new(_identity, _aggregator, _time);
        for (int round = 0; round < 50; round++)
        {
            observed = chance.Next(10);
            for (int i = chance.Next(5); i > 0; i--)
            {
                counter.Add(chance.Next(9), new KeyValuePair<string, object?>("purpose", chance.Next(4)));
                histogram.Record(chance.NextDouble() * 10, new KeyValuePair<string, object?>("purpose", chance.Next(3)));
            }

            if (round == 20)
                meter.CreateCounter<long>("gotor.test.late").Add(1);
            NodeCondition condition = new(
                new Bootstrap { Percent = (uint)chance.Next(100) },
                [.. Enumerable.Range(0, chance.Next(3)).Select(i => new HealthComponent { Name = $"part{i}", Status = (HealthStatus)chance.Next(4) })]);
            NodeReport report = again.Build(condition, Interval, final: round == 49);
            Assert.Equal(fresh.Build(condition, Interval, final: round == 49), report);
            if (chance.Next(4) > 0)
                again.Reuse(report);
        }
    }

    [Fact]
    public void Report_ThatMayStillBeRead_IsNotTouchedByTheNextOne()
    {
        Counter<long> counter = _meters.Create("GoTor").CreateCounter<long>("gotor.test.counter");
        counter.Add(1);
        ReportBuilder builder = new(_identity, _aggregator, _time);
        builder.Reuse(builder.Build(NodeCondition.Starting, Interval, final: false));
        NodeReport given = builder.Build(NodeCondition.Starting, Interval, final: false);
        NodeReport before = given.Clone();
        counter.Add(1);
        NodeReport next = builder.Build(NodeCondition.Starting, Interval, final: false);
        Assert.Equal(before, given);
        Assert.Equal(2, next.Families.Single(family => family.Name == "gotor.test.counter").Samples.Single().Value);
    }
}
