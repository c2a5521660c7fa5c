using GoTor.MetricsContract;
using GoTor.Testing.Otlp;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests.Push;

/// <summary>What an OTLP collector gets from a whole gateway. Field numbers are those of opentelemetry-proto's metrics.proto.</summary>
public sealed class OtlpTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Report_OfANode_ArrivesAsItIs_CumulativeFromTheNodesStart(bool grpc)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        FakeTimeProvider time = new(TestReports.Start.AddHours(1));
        await using TestGateway gateway = await TestGateway.StartAsync(time, settings: [Endpoint(receiver, grpc)]);
        await gateway.ReportAsync(TestReports.Empty("node-1", start: TestReports.Start, now: time.GetUtcNow()).With(
            TestReports.Counter("gotor.stream.data", 42.5, "By", ("direction", "sent"), ("purpose", "user")),
            TestReports.Gauge("gotor.bootstrap.progress", 0.5, "1"),
            TestReports.Histogram("gotor.tls.handshake.duration", [0.1, 1], [3, 2, 1], 4.5)));
        await TickUntilAsync(time, () => receiver.Deliveries.Count > 0);

        OtlpDelivery delivery = receiver.Deliveries[0];
        Assert.Equal(grpc ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" : "/v1/metrics", delivery.Path);
        ProtobufMessage node = Assert.Single(new ProtobufMessage(delivery.Body).Messages(1));
        Dictionary<string, string> resource = OtlpSpan.Attributes(node.Messages(1).Single(), 1).ToDictionary();
        Assert.Equal("gotor-node", resource["service.name"]);
        Assert.Equal("node-1", resource["service.instance.id"]);
        Assert.Equal("sandbox", resource["gotor.network"]);
        Dictionary<string, ProtobufMessage> metrics = node.Messages(2).Single().Messages(2).ToDictionary(metric => metric.Text(1));

        ulong start = Nanoseconds(TestReports.Start), now = Nanoseconds(TestReports.Start.AddHours(1));
        ProtobufMessage sum = metrics["gotor.stream.data"].Messages(7).Single(), point = sum.Messages(1).Single();
        Assert.Equal("By", metrics["gotor.stream.data"].Text(3));
        Assert.Equal((2ul, 1ul), (sum.Number(2), sum.Number(3))); // Cumulative and monotonic.
        Assert.Equal((start, now, 42.5), (point.Number(2), point.Number(3), point.Double(4)));
        Assert.Equal(new() { ["direction"] = "sent", ["purpose"] = "user" }, OtlpSpan.Attributes(point, 7).ToDictionary());
        Assert.Equal(0.5, metrics["gotor.bootstrap.progress"].Messages(5).Single().Messages(1).Single().Double(4));
        ProtobufMessage histogram = metrics["gotor.tls.handshake.duration"].Messages(9).Single(), buckets = histogram.Messages(1).Single();
        Assert.Equal(2ul, histogram.Number(2));
        Assert.Equal((start, now, 6ul, 4.5), (buckets.Number(2), buckets.Number(3), buckets.Number(4), buckets.Double(5)));
        Assert.Equal([3, 2, 1], buckets.PackedNumbers(6));
        Assert.Equal([0.1, 1], buckets.PackedNumbers(7).Select(BitConverter.UInt64BitsToDouble));
    }

    [Fact]
    public async Task Node_WithoutANewReport_IsNotExportedAgain()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        FakeTimeProvider time = new(TestReports.Start);
        await using TestGateway gateway = await TestGateway.StartAsync(time, settings: [Endpoint(receiver, grpc: false)]);
        await gateway.ReportAsync(TestReports.Empty("silent", now: time.GetUtcNow()));
        await TickUntilAsync(time, () => receiver.Deliveries.Count == 1);

        await gateway.ReportAsync(TestReports.Empty("other", now: time.GetUtcNow()));
        await TickUntilAsync(time, () => receiver.Deliveries.Count == 2);

        ProtobufMessage node = Assert.Single(new ProtobufMessage(receiver.Deliveries[1].Body).Messages(1));
        Assert.Equal("other", OtlpSpan.Attributes(node.Messages(1).Single(), 1).ToDictionary()["service.instance.id"]);
    }

    [Fact]
    public async Task ManyNodes_GoInSeveralRequests_NoneLost()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        FakeTimeProvider time = new(TestReports.Start);
        await using TestGateway gateway = await TestGateway.StartAsync(time, settings: [Endpoint(receiver, grpc: false)]);
        for (int i = 0; i < 10; i++)
        {
            await gateway.ReportAsync(TestReports.Empty($"node-{i}", now: time.GetUtcNow()).With(
                TestReports.Family("gotor.many", MetricType.Gauge, "", [.. Enumerable.Range(0, 1000).Select(n => TestReports.Sample(n, ("n", $"{n}")))])));
        }
        await TickUntilAsync(time, () => receiver.Deliveries.Sum(Nodes) == 10);

        Assert.Equal(3, receiver.Deliveries.Count);
        Assert.All(receiver.Deliveries, delivery => Assert.True(delivery.Body.Length < 1_000_000));
    }

    [Theory]
    [InlineData(true, "gRPC status Unavailable")]
    [InlineData(false, "status 503")]
    public async Task Collector_ThatFails_IsSaidOnce_AndAgainWhenItWorks(bool grpc, string reason)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        receiver.IsDown = true;
        FakeTimeProvider time = new(TestReports.Start);
        await using TestGateway gateway = await TestGateway.StartAsync(time, settings: [Endpoint(receiver, grpc)]);
        await gateway.ReportAsync(TestReports.Empty(now: time.GetUtcNow()));
        await TickUntilAsync(time, () => gateway.Log.GetSnapshot().Any(IsFailure));
        long failures = receiver.Requests;
        await TickUntilAsync(time, () => receiver.Requests >= failures + 3);
        FakeLogRecord line = Assert.Single(gateway.Log.GetSnapshot(), IsFailure);
        Assert.Contains(reason, line.Message, StringComparison.Ordinal);

        receiver.IsDown = false;
        await TickUntilAsync(time, () => receiver.Deliveries.Count > 0);
        await TickUntilAsync(time, () => gateway.Log.GetSnapshot().Any(record => record.Message.Contains("takes what is sent", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task BearerToken_OfAFile_IsSent_AsItIsThen()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "first-secret\n");
            await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
            FakeTimeProvider time = new(TestReports.Start);
            await using TestGateway gateway = await TestGateway.StartAsync(time, settings: [Endpoint(receiver, grpc: true), ("Otlp:BearerTokenFile", file)]);
            await gateway.ReportAsync(TestReports.Empty(now: time.GetUtcNow()));
            await TickUntilAsync(time, () => receiver.Deliveries.Count == 1);
            Assert.Equal("Bearer first-secret", receiver.Deliveries[0].Authorization);

            await File.WriteAllTextAsync(file, "second-secret\n");
            await gateway.ReportAsync(TestReports.Empty(sequence: 2, now: time.GetUtcNow()));
            await TickUntilAsync(time, () => receiver.Deliveries.Count == 2);
            Assert.Equal("Bearer second-secret", receiver.Deliveries[1].Authorization);
            Assert.DoesNotContain(gateway.Log.GetSnapshot(), record => record.Message.Contains("secret", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Otlp:Endpoint", "ftp://127.0.0.1")]
    [InlineData("Otlp:Endpoint", "http://user:password@127.0.0.1")]
    [InlineData("Otlp:BearerTokenFile", "/nonexistent")]
    [InlineData("Push:Url", "http://127.0.0.1:9091?x=1")]
    [InlineData("Push:Username", "user")]
    public async Task Settings_ThatMakeNoSense_AreRefused(string name, string value) =>
        await Assert.ThrowsAsync<GoTor.MetricsGateway.Hosting.GatewaySettingsException>(
            () => TestGateway.StartAsync(settings: name == "Push:Url" ? [(name, value)] : [("Push:Url", "http://127.0.0.1:9091"), (name, value)]));

    private static (string, string) Endpoint(OtlpReceiver receiver, bool grpc) => ("Otlp:Endpoint", grpc ? receiver.GrpcAddress : receiver.HttpAddress + "/v1/metrics");

    private static bool IsFailure(FakeLogRecord record) => record.Level == LogLevel.Warning && record.Message.Contains("takes nothing", StringComparison.Ordinal);

    private static int Nodes(OtlpDelivery delivery) => new ProtobufMessage(delivery.Body).Messages(1).Count();

    private static ulong Nanoseconds(DateTimeOffset moment) => (ulong)moment.ToUnixTimeMilliseconds() * 1_000_000;

    /// <summary>Lets periods pass until something has happened.</summary>
    internal static Task TickUntilAsync(FakeTimeProvider time, Func<bool> condition) => Wait.UntilAsync(
        () =>
        {
            if (condition())
                return true;
            time.Advance(TimeSpan.FromSeconds(1));
            return false;
        },
        Patience, () => "It did not happen.");
}
