using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Tests;

public sealed class MetricsMathTests
{
    [Theory]
    [InlineData("gotor.circuit.builds", "{circuit}", "Counter", "gotor_circuit_builds_total")]
    [InlineData("gotor.stream.data", "By", "Counter", "gotor_stream_data_bytes_total")]
    [InlineData("gotor.channel.bytes", "By", "Counter", "gotor_channel_bytes_total")]
    [InlineData("gotor.tls.handshake.duration", "s", "Histogram", "gotor_tls_handshake_duration_seconds")]
    [InlineData("gotor.uptime", "s", "Gauge", "gotor_uptime_seconds")]
    [InlineData("gotor.connection.active", "{connection}", "Gauge", "gotor_connection_active")]
    [InlineData("gotor.bootstrap.progress", "1", "Gauge", "gotor_bootstrap_progress_ratio")]
    [InlineData("gotor.directory.enough", "", "Gauge", "gotor_directory_enough")]
    [InlineData("gotor.process.cpu.time", "s", "Counter", "gotor_process_cpu_time_seconds_total")]
    [InlineData("gotor.process.memory.resident", "By", "Gauge", "gotor_process_memory_resident_bytes")]
    [InlineData("gotor.things.total", "", "Counter", "gotor_things_total")]
    public void PrometheusName_FollowsTheOneRule(string name, string unit, string kind, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(name, unit, Enum.Parse<MetricKind>(kind)));

    // Values of Prometheus' histogram_quantile on the same buckets.
    [Theory]
    [InlineData(0.5, 2.0)]
    [InlineData(0.95, 4.0)]
    [InlineData(0.25, 1.0)]
    [InlineData(0.125, 0.5)]
    [InlineData(0.625, 3.0)]
    public void Quantile_IsInterpolatedInItsBucket(double part, double expected) =>
        Assert.Equal(expected, new HistogramValue([1, 2, 4], [2, 2, 2, 2], 20).Quantile(part), 9);

    [Fact]
    public void QuantileAndMean_OfNothing_AreZero()
    {
        Assert.Equal(0, new HistogramValue([1], [0, 0], 0).Quantile(0.95));
        Assert.Equal(0, ((HistogramValue?)null).Quantile(0.95));
        Assert.Equal(0, ((HistogramValue?)null).Mean());
        Assert.Equal(0, new HistogramValue([], [5], 5).Quantile(0.95));
        Assert.Equal(1, new HistogramValue([], [5], 5).Mean());
    }

    [Fact]
    public void Merge_OfEqualAndOfDifferentBounds_KeepsEveryObservation()
    {
        HistogramValue same = HistogramMath.Merge([new([1, 2], [1, 2, 3], 10), new([1, 2], [10, 20, 30], 100)])!;
        Assert.Equal(new long[] { 11, 22, 33 }, same.Counts);
        HistogramValue different = HistogramMath.Merge([new([1, 4], [1, 2, 3], 10), new([2, 4], [10, 20, 30], 100)])!;
        Assert.Equal(new double[] { 1, 2, 4 }, different.Bounds);
        Assert.Equal(new long[] { 1, 10, 22, 33 }, different.Counts);
        Assert.Equal(110, different.Sum);
        Assert.Null(HistogramMath.Merge([]));
    }

    [Fact]
    public void Counts_ThatDoNotFit_StopAtTheLargestNumber()
    {
        var huge = new HistogramValue([1], [long.MaxValue, long.MaxValue], double.MaxValue);
        Assert.Equal(long.MaxValue, huge.Count);
        HistogramValue merged = HistogramMath.Merge([huge, huge, new([1, 2], [1, 2, 3], 1)])!;
        Assert.Equal(new long[] { long.MaxValue, 2, long.MaxValue }, merged.Counts);
        Assert.Equal(long.MaxValue, merged.Count);
        Assert.InRange(merged.Quantile(0.95), 0, 2);
    }

    [Fact]
    public void Fields_OfSeveralNodes_AreSumsAndMerges()
    {
        MetricFamily Builds(double n) => new("gotor.circuit.builds", "gotor_circuit_builds_total", MetricKind.Counter, "", "", [new([new("purpose", "user")], n)]);
        MetricFamily Duration(long fast, long slow, double sum) => new(
            "gotor.circuit.build.duration", "gotor_circuit_build_duration_seconds", MetricKind.Histogram, "s", "",
            [new([new("purpose", "user")], 0, new HistogramValue([1, 2], [fast, slow, 0], sum)), new([new("purpose", "directory")], 0, new HistogramValue([1, 2], [0, 0, 99], 999))]);
        MetricFamily Uptime(double n) => new("gotor.uptime", "gotor_uptime_seconds", MetricKind.Gauge, "s", "", [new([], n)]);
        ContractFields together = ContractFieldsReader.Of([[Duration(10, 0, 5), Builds(10), Uptime(5)], [Duration(0, 10, 15), Builds(7), Uptime(50)]]);
        Assert.Equal(17, together.CircuitBuilds);
        Assert.Equal(1_000_000_000, together.CircuitBuildTimeAvg);
        Assert.Equal(1_900_000_000, together.CircuitBuildTimeP95);
        Assert.Equal(50, together.UptimeSeconds);
        Assert.Equal(new ContractFields(), ContractFieldsReader.Of(Array.Empty<System.Collections.Immutable.ImmutableArray<MetricFamily>>()));
    }

    [Fact]
    public void Fields_ThatDoNotFit_AreTheLargestThatDo()
    {
        MetricFamily data = new("gotor.stream.data", "gotor_stream_data_bytes_total", MetricKind.Counter, "By", "", [new([], 1e300), new([new("a", "b")], 1e300)]);
        Assert.Equal(long.MaxValue, ContractFieldsReader.Of([data]).StreamData);
        MetricFamily negative = new("gotor.guards.active", "gotor_guards_active", MetricKind.Gauge, "", "", [new([], -5)]);
        Assert.Equal(0, ContractFieldsReader.Of([negative]).GuardsActive);
    }
}
