using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Custom;
using GoTor.MetricsGateway.Metrics;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests.Custom;

public sealed class CustomRegistryTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("wallet.sync.height", MetricType.Gauge, "{block}", "gotor_custom_wallet_sync_height")]
    [InlineData("wallet.payments", MetricType.Counter, "", "gotor_custom_wallet_payments_total")]
    [InlineData("wallet.sent", MetricType.Counter, "By", "gotor_custom_wallet_sent_bytes_total")]
    [InlineData("fill", MetricType.Gauge, "1", "gotor_custom_fill_ratio")]
    public void Name_OfAFamily_FollowsTheOneRule_UnderThePrefix(string name, MetricType type, string unit, string expected) =>
        Assert.Equal(expected, Registry().Register(new RegisterRequest { Name = name, Type = type, Unit = unit }));

    [Fact]
    public void Registering_Twice_ChangesNothing()
    {
        CustomRegistry registry = Registry();
        registry.Register(Counter("a"));
        registry.Update([Add("a", 3)]);
        registry.Register(Counter("a"));
        Assert.Equal(3, Only(registry).Samples.Single().Value);
    }

    [Theory]
    [InlineData("a", MetricType.Gauge, "")]
    [InlineData("a", MetricType.Counter, "s")]
    [InlineData("a", MetricType.Histogram, "")]
    [InlineData("a.b", MetricType.Counter, "")]
    public void Name_ThatStandsForSomethingElse_IsTaken(string name, MetricType type, string unit)
    {
        CustomRegistry registry = Registry();
        registry.Register(Counter("a"));
        registry.Register(Counter("a_b"));
        RegisterRequest other = new() { Name = name, Type = type, Unit = unit };
        if (type == MetricType.Histogram)
            other.Bounds.Add(1);
        Assert.Equal(CustomRefusal.Taken, Assert.Throws<CustomRefusedException>(() => registry.Register(other)).Reason);
    }

    [Theory]
    [InlineData("", MetricType.Counter, "")]
    [InlineData("A", MetricType.Counter, "")]
    [InlineData("a-b", MetricType.Counter, "")]
    [InlineData("a..b", MetricType.Counter, "")]
    [InlineData("a\n# TYPE x counter", MetricType.Counter, "")]
    [InlineData("a", MetricType.Unspecified, "")]
    [InlineData("a", (MetricType)77, "")]
    [InlineData("a", MetricType.Counter, "furlong")]
    [InlineData("a", MetricType.Counter, "{\n}")]
    [InlineData("a.sum", MetricType.Gauge, "")]
    [InlineData("a.bucket", MetricType.Gauge, "")]
    [InlineData("a.total", MetricType.Gauge, "")]
    [InlineData("a", MetricType.Histogram, "")]
    public void Definition_ThatBreaksARule_IsRefused(string name, MetricType type, string unit) =>
        Refused(CustomRefusal.Invalid, () => Registry().Register(new RegisterRequest { Name = name, Type = type, Unit = unit }));

    [Theory]
    [InlineData(2.0, 1.0)]
    [InlineData(1.0, 1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(1.0, double.PositiveInfinity)]
    public void Bounds_ThatDoNotAscend_AreRefused(double first, double second) =>
        Refused(CustomRefusal.Invalid, () => Registry().Register(Histogram("h", first, second)));

    [Fact]
    public void Update_OfAnUnknownName_IsNotRegistered_AndNothingOfTheCallCounts()
    {
        CustomRegistry registry = Registry();
        registry.Register(Counter("a"));
        long generation = registry.Generation;
        Refused(CustomRefusal.NotRegistered, () => registry.Update([Add("a", 1), Add("b", 1)]));
        Assert.Equal(generation, registry.Generation);
        Assert.Empty(registry.List());
    }

    [Fact]
    public void Update_WithOneBadValue_ChangesNothing()
    {
        CustomRegistry registry = Registry();
        registry.Register(Counter("a"));
        registry.Register(Gauge("g"));
        registry.Register(Histogram("h", 1));
        Update[] bad =
        [
            Add("a", -1), Add("a", double.NaN), Set("a", 1), Observe("a", 1), new Update { Name = "a" },
            Add("g", 1), Set("g", double.PositiveInfinity), Observe("h", double.NegativeInfinity), Set("h", 1),
            Add("a", 1, ("node", "x")), Add("a", 1, ("le", "1")), Add("a", 1, ("A", "1")), Add("a", 1, ("a", "")), Add("a", 1, ("a", "1"), ("a", "2")),
            Add("a", 1, ("a", "line\nbreak")), Add("a", 1, ("a", new string('x', 129))), Add("a", 1, [.. Enumerable.Range(0, 9).Select(i => ($"l{i}", "1"))]),
        ];
        Assert.All(bad, update => Refused(CustomRefusal.Invalid, () => registry.Update([Add("a", 1), Set("g", 1), update])));
        Assert.Empty(registry.List());
        Assert.Equal(0, registry.Series);
    }

    [Fact]
    public void Histogram_CountsEachObservation_InItsBucket_BoundsIncluded()
    {
        CustomRegistry registry = Registry();
        registry.Register(Histogram("h", 1, 5));
        registry.Update([Observe("h", 0.5), Observe("h", 1), Observe("h", 1.5), Observe("h", 5), Observe("h", 6)]);
        HistogramValue value = Only(registry).Samples.Single().Histogram!;
        Assert.Equal<long>([2, 2, 1], value.Counts);
        Assert.Equal(14, value.Sum);
    }

    [Fact]
    public void Quotas_AreForAllTogether_AndHoldWithinOneCall()
    {
        CustomRegistry registry = Registry(new CustomQuotas { Families = 2, SeriesPerFamily = 3, Series = 4, UpdatesPerCall = 10 });
        registry.Register(Counter("a"));
        registry.Register(Counter("b"));
        Refused(CustomRefusal.Quota, () => registry.Register(Counter("c")));
        registry.Register(Counter("a"));
        Refused(CustomRefusal.Quota, () => registry.Update([.. Enumerable.Range(0, 4).Select(i => Add("a", 1, ("i", $"{i}")))]));
        registry.Update([.. Enumerable.Range(0, 3).Select(i => Add("a", 1, ("i", $"{i}")))]);
        registry.Update([Add("b", 1)]);
        Refused(CustomRefusal.Quota, () => registry.Update([Add("b", 1, ("i", "0"))]));
        Refused(CustomRefusal.Quota, () => registry.Update([.. Enumerable.Range(0, 11).Select(_ => Add("b", 1))]));
        registry.Update([.. Enumerable.Range(0, 10).Select(_ => Add("b", 1))]);
        Assert.Equal(4, registry.Series);
    }

    [Fact]
    public void Histogram_CountsAsTheSeriesThatPrometheusMakesOfIt()
    {
        CustomRegistry registry = Registry(new CustomQuotas { Series = 6 });
        registry.Register(Histogram("h", 1, 2)); // Three buckets, sum and count.
        registry.Update([Observe("h", 1)]);
        Assert.Equal(5, registry.Series);
        Refused(CustomRefusal.Quota, () => registry.Update([Observe("h", 1, ("a", "b"))]));
    }

    [Fact]
    public void Series_ThatNobodyUpdates_Goes_AndItsFamilyAfterIt()
    {
        CustomRegistry registry = Registry(new CustomQuotas { UnusedAfter = TimeSpan.FromMinutes(10) });
        registry.Register(Counter("a"));
        registry.Update([Add("a", 1, ("i", "old")), Add("a", 1, ("i", "new"))]);
        _time.Advance(TimeSpan.FromMinutes(6));
        registry.Update([Add("a", 1, ("i", "new"))]);
        _time.Advance(TimeSpan.FromMinutes(6));
        long generation = registry.Generation;
        registry.Sweep();
        Assert.True(registry.Generation > generation);
        Assert.Equal("new", Only(registry).Samples.Single().Labels.Single().Value);
        _time.Advance(TimeSpan.FromMinutes(10));
        registry.Sweep();
        Assert.Empty(registry.List());
        Assert.Equal(0, registry.Series);
        Refused(CustomRefusal.NotRegistered, () => registry.Update([Add("a", 1)]));
        registry.Register(Gauge("a")); // The name is free again.
    }

    [Property]
    public bool Totals_AfterAnyCalls_AreTheSumOfTheCallsThatWereTaken(PositiveInt seed)
    {
        Random random = new(seed.Get);
        CustomRegistry registry = Registry(new CustomQuotas { SeriesPerFamily = 3 });
        registry.Register(Counter("a"));
        Dictionary<string, double> model = [];
        for (int call = 0; call < 30; call++)
        {
            Update[] updates = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Add("a", random.Next(-1, 10), ("i", $"{random.Next(5)}")))];
            Dictionary<string, double> next = new(model);
            foreach (Update update in updates)
                next[update.Labels[0].Value] = next.GetValueOrDefault(update.Labels[0].Value) + update.Add;
            bool shallBeTaken = updates.All(update => update.Add >= 0) && next.Count <= 3;
            try
            {
                registry.Update(updates);
                if (!shallBeTaken)
                    return false;
                model = next;
            }
            catch (CustomRefusedException)
            {
                if (shallBeTaken)
                    return false;
            }
        }

        return registry.List().SelectMany(family => family.Samples).ToDictionary(sample => sample.Labels[0].Value, sample => sample.Value)
            .OrderBy(pair => pair.Key).SequenceEqual(model.OrderBy(pair => pair.Key));
    }

    internal static RegisterRequest Counter(string name) => new() { Name = name, Type = MetricType.Counter };

    internal static RegisterRequest Gauge(string name) => new() { Name = name, Type = MetricType.Gauge };

    internal static RegisterRequest Histogram(string name, params double[] bounds) => new() { Name = name, Type = MetricType.Histogram, Bounds = { bounds } };

    internal static Update Add(string name, double value, params (string Name, string Value)[] labels) => Labelled(new Update { Name = name, Add = value }, labels);

    internal static Update Set(string name, double value, params (string Name, string Value)[] labels) => Labelled(new Update { Name = name, Set = value }, labels);

    internal static Update Observe(string name, double value, params (string Name, string Value)[] labels) => Labelled(new Update { Name = name, Observe = value }, labels);

    private static Update Labelled(Update update, (string Name, string Value)[] labels)
    {
        update.Labels.Add(labels.Select(label => new Label { Name = label.Name, Value = label.Value }));
        return update;
    }

    private static void Refused(CustomRefusal reason, Action act) => Assert.Equal(reason, Assert.Throws<CustomRefusedException>(act).Reason);

    private static GoTor.MetricsGateway.Metrics.MetricFamily Only(CustomRegistry registry) => Assert.Single(registry.List());

    private CustomRegistry Registry(CustomQuotas? quotas = null) => new(quotas ?? new CustomQuotas(), _time);
}
