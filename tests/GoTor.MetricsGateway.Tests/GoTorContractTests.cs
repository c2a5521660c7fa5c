using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests;

/// <summary>
/// The ten tests of go-tor's pkg/httpmetrics/server_test.go on the same numbers, with values and grammar checked. (The dashboard's is with
/// the dashboard.) Names, help texts and formats are those of go-tor's server.go.
/// </summary>
public sealed class GoTorContractTests(GoTorContractTests.Fixture fixture) : IClassFixture<GoTorContractTests.Fixture>
{
    private readonly TestGateway _gateway = fixture.Gateway;

    public sealed class Fixture : IAsyncLifetime
    {
        internal TestGateway Gateway { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            // Time stands still, or a slow machine would find the node lost.
            Gateway = await TestGateway.StartAsync(new FakeTimeProvider(DateTimeOffset.UtcNow));
            await Gateway.ReportAsync(TestReports.GoTorSnapshot());
        }

        public async Task DisposeAsync() => await Gateway.DisposeAsync();
    }

    [Fact]
    public void NewServer_HasItsAddressesFromTheSettings()
    {
        GatewayOptions options = _gateway.App.Services.GetRequiredService<GatewayOptions>();
        Assert.Equal("127.0.0.1:0", options.HttpAddress);
        Assert.Equal("127.0.0.1:9052", new GatewayOptions().HttpAddress);
        Assert.Equal("127.0.0.1:9053", new GatewayOptions().GrpcAddress);
    }

    [Fact]
    public async Task StartAndStop_AddressIsRealMeanwhile()
    {
        TestGateway gateway = await TestGateway.StartAsync();
        Assert.NotEqual(0, gateway.HttpAddress.Port);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/")).StatusCode);
        using var http = new HttpClient { BaseAddress = gateway.HttpAddress };
        await gateway.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/"));
    }

    [Theory]
    [InlineData("tor_circuit_builds_total", "counter", "Total number of circuit build attempts", "100")]
    [InlineData("tor_circuit_build_success_total", "counter", "Total number of successful circuit builds", "95")]
    [InlineData("tor_circuit_build_failures_total", "counter", "Total number of failed circuit builds", "5")]
    [InlineData("tor_circuit_build_duration_seconds_avg", "gauge", "Average circuit build duration in seconds", "3.000")]
    [InlineData("tor_circuit_build_duration_seconds_p95", "gauge", "95th percentile circuit build duration in seconds", "5.000")]
    [InlineData("tor_active_circuits", "gauge", "Current number of active circuits", "3")]
    [InlineData("tor_connection_attempts_total", "counter", "Total number of connection attempts", "50")]
    [InlineData("tor_connection_success_total", "counter", "Total number of successful connections", "48")]
    [InlineData("tor_connection_failures_total", "counter", "Total number of failed connections", "2")]
    [InlineData("tor_active_connections", "gauge", "Current number of active connections", "3")]
    [InlineData("tor_streams_created_total", "counter", "Total number of streams created", "200")]
    [InlineData("tor_streams_closed_total", "counter", "Total number of streams closed", "190")]
    [InlineData("tor_active_streams", "gauge", "Current number of active streams", "10")]
    [InlineData("tor_stream_data_bytes_total", "counter", "Total bytes transferred through streams", "1024000")]
    [InlineData("tor_guards_active", "gauge", "Current number of active guards", "3")]
    [InlineData("tor_guards_confirmed", "gauge", "Current number of confirmed guards", "2")]
    [InlineData("tor_socks_connections_total", "counter", "Total number of SOCKS connections", "150")]
    [InlineData("tor_socks_requests_total", "counter", "Total number of SOCKS requests", "145")]
    [InlineData("tor_uptime_seconds", "gauge", "Client uptime in seconds", "3600")]
    public async Task Prometheus_EachSeries_HasItsTypeHelpAndValue(string name, string type, string help, string value)
    {
        ParsedFamily family = (await _gateway.ScrapeAsync())[name];
        Assert.Equal((type, help), (family.Type, family.Help));
        ParsedSample sample = Assert.Single(family.Samples);
        Assert.Equal(value, sample.ValueText);
        Assert.Equal("node-1", Assert.Single(sample.Labels, label => label.Key == "node").Value);
        Assert.Single(sample.Labels);
    }

    [Fact]
    public async Task Prometheus_The19ComeFirstInTheirOrder_AndAreSmall()
    {
        using HttpResponseMessage response = await _gateway.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4", response.Content.Headers.ContentType!.ToString());
        string text = await response.Content.ReadAsStringAsync();
        string[] names = [.. ExpositionParser.Parse(text).Families.Select(family => family.Name)];
        Assert.Equal("tor_circuit_builds_total", names[0]);
        Assert.Equal("tor_uptime_seconds", names[18]);
        Assert.All(names[..19], name => Assert.StartsWith("tor_", name, StringComparison.Ordinal));
        Assert.All(names[19..], name => Assert.StartsWith("gotor_", name, StringComparison.Ordinal));
        Assert.InRange(text.IndexOf("# HELP gotor_", StringComparison.Ordinal), 1, 5 * 1024);
    }

    [Fact]
    public async Task Json_Has32KeysInOrderWithTheValues()
    {
        using HttpResponseMessage response = await _gateway.Http.GetAsync("/metrics/json");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            """
            {
              "CircuitBuilds": 100,
              "CircuitBuildSuccess": 95,
              "CircuitBuildFailure": 5,
              "CircuitBuildTimeAvg": 3000000000,
              "CircuitBuildTimeP95": 5000000000,
              "ActiveCircuits": 3,
              "ConnectionAttempts": 50,
              "ConnectionSuccess": 48,
              "ConnectionFailures": 2,
              "ConnectionRetries": 5,
              "TLSHandshakeAvg": 500000000,
              "TLSHandshakeP95": 800000000,
              "ActiveConnections": 3,
              "StreamsCreated": 200,
              "StreamsClosed": 190,
              "StreamFailures": 10,
              "ActiveStreams": 10,
              "StreamData": 1024000,
              "GuardsActive": 3,
              "GuardsConfirmed": 2,
              "SocksConnections": 150,
              "SocksRequests": 145,
              "SocksErrors": 5,
              "IsolatedCircuits": 0,
              "IsolationKeys": 0,
              "IsolationHits": 0,
              "IsolationMisses": 0,
              "ReplayAttemptsDetected": 0,
              "ReplayForwardAttempts": 0,
              "ReplayBackwardAttempts": 0,
              "OutOfOrderCells": 0,
              "UptimeSeconds": 3600
            }

            """.ReplaceLineEndings("\n"),
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Health_HealthyNode_HasGoTorsShape()
    {
        using HttpResponseMessage response = await _gateway.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(["status", "components", "timestamp", "uptime"], json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal("healthy", json.RootElement.GetProperty("status").GetString());
        Assert.Equal(3_600_000_000_000, json.RootElement.GetProperty("uptime").GetInt64());
        Assert.True(DateTimeOffset.TryParse(json.RootElement.GetProperty("timestamp").GetString(), CultureInfo.InvariantCulture, out _));
        JsonElement circuits = json.RootElement.GetProperty("components").GetProperty("circuits");
        Assert.Equal(["name", "status", "message", "last_checked"], circuits.EnumerateObject().Select(property => property.Name));
        Assert.Equal("All circuits operational", circuits.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(HealthStatus.Healthy, HttpStatusCode.OK, "healthy")]
    [InlineData(HealthStatus.Degraded, HttpStatusCode.OK, "degraded")]
    [InlineData(HealthStatus.Unhealthy, HttpStatusCode.ServiceUnavailable, "unhealthy")]
    public async Task Health_OneComponent_DecidesStatusAndCode(HealthStatus component, HttpStatusCode code, string status)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await gateway.ReportAsync(TestReports.Empty().With("circuits", component, "Circuits"));
        using HttpResponseMessage response = await gateway.Http.GetAsync("/health");
        Assert.Equal(code, response.StatusCode);
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(status, json.RootElement.GetProperty("status").GetString());
        Assert.Equal(status, json.RootElement.GetProperty("components").GetProperty("circuits").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Index_LinksTheFourPaths()
    {
        using HttpResponseMessage response = await _gateway.Http.GetAsync("/");
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        string page = await response.Content.ReadAsStringAsync();
        Assert.Contains("<title>go-tor Metrics</title>", page, StringComparison.Ordinal);
        Assert.Contains("<h1>go-tor Metrics Server</h1>", page, StringComparison.Ordinal);
        foreach (string path in new[] { "/metrics", "/metrics/json", "/health", "/debug/metrics" })
            Assert.Contains($"href=\"{path}\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/metrics")]
    [InlineData("/metrics/json")]
    [InlineData("/metrics/gateway")]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task OtherMethods_Are405WithAllow_AndHeadIsGetWithoutBody(string path)
    {
        foreach (string method in new[] { "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE" })
        {
            using HttpResponseMessage refused = await _gateway.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
            Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
            Assert.Equal(["GET", "HEAD"], refused.Content.Headers.Allow.Order());
            Assert.Equal("Method not allowed\n", await refused.Content.ReadAsStringAsync());
            Assert.Equal("text/plain; charset=utf-8", refused.Content.Headers.ContentType!.ToString());
            Assert.Equal("nosniff", refused.Headers.GetValues("X-Content-Type-Options").Single());
        }
        using HttpResponseMessage get = await _gateway.Http.GetAsync(path);
        using HttpResponseMessage head = await _gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/nonexistent")]
    [InlineData("/metrics/")]
    [InlineData("//metrics")]
    [InlineData("/metrics/json/x")]
    [InlineData("/debug")]
    public async Task OtherPaths_Are404(string path)
    {
        using HttpResponseMessage response = await _gateway.Http.GetAsync(new Uri(_gateway.HttpAddress, new Uri(_gateway.HttpAddress.GetLeftPart(UriPartial.Authority) + path)));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("404 page not found\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Answers_SayNothingAboutTheServer_AndAreNotKept()
    {
        using HttpResponseMessage response = await _gateway.Http.GetAsync("/metrics");
        Assert.False(response.Headers.Contains("Server"));
        Assert.Equal(new CacheControlHeaderValue { NoStore = true }, response.Headers.CacheControl);
    }
}
