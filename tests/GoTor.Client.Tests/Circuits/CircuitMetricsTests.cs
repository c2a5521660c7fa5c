using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace GoTor.Client.Tests.Circuits;

public sealed class CircuitMetricsTests
{
    [Fact]
    public async Task Metrics_OfBuildsAndStreams_AreWhatHappened()
    {
        using var harness = new CircuitHarness();
        using var started = Collect(harness, "gotor.circuit.builds");
        using var built = Collect(harness, "gotor.circuit.builds.succeeded");
        using var failed = Collect(harness, "gotor.circuit.builds.failed");
        using var ended = Collect(harness, "gotor.circuit.ended");
        using var active = Collect(harness, "gotor.circuit.active");
        using var damaged = Collect(harness, "gotor.circuit.digest_failures");
        using var created = Collect(harness, "gotor.stream.created");
        using var closed = Collect(harness, "gotor.stream.closed");
        using var refused = Collect(harness, "gotor.stream.failed");
        using var streams = Collect(harness, "gotor.stream.active");
        using var data = Collect(harness, "gotor.stream.data");
        using var duration = new MetricCollector<double>(harness.Meters, "GoTor", "gotor.circuit.build.duration");
        using var firstByte = new MetricCollector<double>(harness.Meters, "GoTor", "gotor.stream.first_byte.duration");

        Circuit circuit = await harness.BuildAsync();
        await CircuitRuleTests.AssertEchoesAsync(circuit);
        await Assert.ThrowsAsync<StreamFailedException>(
            () => circuit.OpenStreamAsync("refuse", 1, BeginFlags.None, null, CancellationToken.None));
        TorStream left = await circuit.OpenStreamAsync("echo", 1, BeginFlags.None, null, CancellationToken.None);
        Assert.Equal(1, Sum(active));
        Assert.Equal(1, Sum(streams));
        await harness.DoAsync(relay => relay.SendDamaged(2, RelayCommand.Drop, StreamId.Circuit, [], 100));
        await circuit.Ended.WaitAsync(CircuitHarness.Patience);
        await CircuitHarness.EventuallyAsync(() => Sum(active) == 0);
        harness.Network.ConnectFailure = ChannelEnd.ConnectFailed;
        await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);

        Assert.Equal(2, Sum(started));
        Assert.Equal(1, Sum(built));
        Assert.Equal(1, Sum(failed));
        Assert.Equal("ChannelEnded", failed.LastMeasurement!.Tags["cause"]);
        Assert.Equal("Violation", ended.LastMeasurement!.Tags["cause"]);
        Assert.Equal(1, Sum(damaged));
        Assert.Equal(3, Sum(created));
        Assert.Equal(2, Sum(closed));
        Assert.Equal(1, Sum(refused));
        Assert.Equal(0, Sum(streams));
        Assert.Equal(5, data.GetMeasurementSnapshot().Where(m => (string)m.Tags["direction"]! == "sent").Sum(m => m.Value));
        Assert.Equal(5, data.GetMeasurementSnapshot().Where(m => (string)m.Tags["direction"]! == "received").Sum(m => m.Value));
        Assert.Single(duration.GetMeasurementSnapshot());
        Assert.Single(firstByte.GetMeasurementSnapshot());
        await left.DisposeAsync();
    }

    private static MetricCollector<long> Collect(CircuitHarness harness, string name) => new(harness.Meters, "GoTor", name);

    private static long Sum(MetricCollector<long> collector) => collector.GetMeasurementSnapshot().Sum(m => m.Value);
}
