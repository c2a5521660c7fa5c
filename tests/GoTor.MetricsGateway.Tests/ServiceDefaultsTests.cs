using GoTor.MetricsGateway.Hosting;
using GoTor.ServiceDefaults;
using GoTor.Testing.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GoTor.MetricsGateway.Tests;

/// <summary>What the gateway says about its own process over OTLP, to the collector that the environment names and to nobody else.</summary>
public sealed class ServiceDefaultsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Gateway_WithACollector_SendsMetricsTracesAndLogs()
    {
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync();
        await using (WebApplication gateway = Gateway(
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.HttpAddress}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "--OTEL_SERVICE_NAME=gateway"))
        {
            await gateway.StartAsync();
            using HttpClient client = new();
            (await client.GetAsync(new Uri(GatewayProgram.Addresses(gateway).Http))).EnsureSuccessStatusCode();
            HostingLog.Started(gateway.Services.GetRequiredService<ILogger<ServiceDefaultsTests>>(), "here", "there");
            // All that waits is sent when it ends.
            await gateway.StopAsync().WaitAsync(Limit);
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], collector.Deliveries.Select(delivery => delivery.Path).Distinct().Order());
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/gotor.metrics.v1.NodeReports/Report", false)]
    [InlineData("/gotor.metrics.v1.CustomMetrics/Update", true)]
    [InlineData("/healthy", true)]
    [InlineData("/health", false)]
    [InlineData("/health/ready", false)]
    [InlineData("/metrics", false)]
    [InlineData("/metrics/json", false)]
    [InlineData("/debug/metrics", false)]
    public void Requests_ButProbesScrapesAndReports_AreTraced(string path, bool isTraced) =>
        Assert.Equal(isTraced, Telemetry.IsTraced(new DefaultHttpContext { Request = { Path = path } }));

    private static WebApplication Gateway(params string[] settings) => GatewayHost.Build(
        ["--Gateway:HttpAddress=127.0.0.1:0", "--Gateway:GrpcAddress=127.0.0.1:0", .. settings],
        configure: builder => builder.Configuration[GatewayOptions.TokenVariable] = "a-token-that-only-this-test-has-0123456789");
}
