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
        await CircuitHarness.EventuallyAsync(() => Sum(active) == 0 && ended.LastMeasurement is not null);
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

    [Fact]
    public async Task Purpose_OfOneHopAndOfBeginDir_IsDirectory_OfTheRestUser()
    {
        using var harness = new CircuitHarness();
        using var built = Collect(harness, "gotor.circuit.builds.succeeded");
        using var ended = Collect(harness, "gotor.circuit.ended");
        using var active = Collect(harness, "gotor.circuit.active");
        using var data = Collect(harness, "gotor.stream.data");
        using var closed = Collect(harness, "gotor.stream.closed");
        using var streams = Collect(harness, "gotor.stream.active");
        using var duration = new MetricCollector<double>(harness.Meters, "GoTor", "gotor.circuit.build.duration");
        using var opening = new MetricCollector<double>(harness.Meters, "GoTor", "gotor.stream.open.duration");

        Circuit user = await harness.BuildAsync();
        await CircuitRuleTests.AssertEchoesAsync(user);
        await FetchAsync(user, 3); // Directory documents may come through a long circuit too.
        Circuit directory = await harness.Builder.BuildAsync([harness.Network.Path[0]], CancellationToken.None);
        await FetchAsync(directory, 7);
        await user.DisposeAsync();
        await directory.DisposeAsync();
        await CircuitHarness.EventuallyAsync(() => Sum(active) == 0 && ended.LastMeasurement is not null);

        foreach (MetricCollector<long> ofCircuits in new[] { built, ended })
        {
            Assert.Equal(1, Sum(ofCircuits, "user"));
            Assert.Equal(1, Sum(ofCircuits, "directory"));
        }

        Assert.Equal(["user", "directory"], duration.GetMeasurementSnapshot().Select(m => m.Tags["purpose"]));
        Assert.Equal(["user", "directory", "directory"], opening.GetMeasurementSnapshot().Select(m => m.Tags["purpose"]));
        Assert.Equal(5 + 5, Sum(data, "user"));
        Assert.Equal(3 + 3 + 7 + 7, Sum(data, "directory"));
        Assert.Equal(1, Sum(closed, "user"));
        Assert.Equal(2, Sum(closed, "directory"));
        Assert.All([Sum(active, "user"), Sum(active, "directory"), Sum(streams, "user"), Sum(streams, "directory")], left => Assert.Equal(0, left));
    }

    [Fact]
    public async Task Purpose_OfFailedBuildsAndOfStreamsOfDeadCircuits_IsKnownToo()
    {
        using var harness = new CircuitHarness();
        using var failed = Collect(harness, "gotor.circuit.builds.failed");
        using var refused = Collect(harness, "gotor.stream.failed");
        Circuit circuit = await harness.BuildAsync();
        await circuit.DisposeAsync();
        await Assert.ThrowsAsync<StreamFailedException>(
            () => circuit.OpenStreamAsync("echo", 1, BeginFlags.None, null, CancellationToken.None));
        TorStream stillborn = await circuit.OpenDirectoryStreamAsync(CancellationToken.None);
        await Assert.ThrowsAsync<IOException>(() => stillborn.ReadAsync(new byte[1]).AsTask());
        harness.Network.ConnectFailure = ChannelEnd.ConnectFailed;
        await Assert.ThrowsAsync<CircuitBuildException>(
            () => harness.Builder.BuildAsync([harness.Network.Path[0]], CancellationToken.None));

        Assert.Equal((1, 1), (Sum(refused, "user"), Sum(refused, "directory")));
        Assert.Equal((0, 1), (Sum(failed, "user"), Sum(failed, "directory")));
    }

    private static async Task FetchAsync(Circuit circuit, int bytes)
    {
        await using TorStream stream = await circuit.OpenDirectoryStreamAsync(CancellationToken.None);
        await stream.WriteAsync(new byte[bytes]);
        await stream.ReadExactlyAsync(new byte[bytes]).AsTask().WaitAsync(CircuitHarness.Patience);
    }

    private static MetricCollector<long> Collect(CircuitHarness harness, string name) => new(harness.Meters, "GoTor", name);

    private static long Sum(MetricCollector<long> collector, string purpose) =>
        collector.GetMeasurementSnapshot().Where(m => Equals(m.Tags["purpose"], purpose)).Sum(m => m.Value);

    private static long Sum(MetricCollector<long> collector) => collector.GetMeasurementSnapshot().Sum(m => m.Value);
}
