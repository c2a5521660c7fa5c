using System.Collections.Immutable;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Exposition;
using GoTor.MetricsGateway.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static GoTor.MetricsGateway.Tests.TestReports;
using MetricFamily = GoTor.MetricsGateway.Metrics.MetricFamily;

namespace GoTor.MetricsGateway.Tests;

public sealed class ExpositionTests(ExpositionTests.Fixture fixture) : IClassFixture<ExpositionTests.Fixture>
{
    private const string OpenMetrics = "application/openmetrics-text";
    private readonly TestGateway _gateway = fixture.Gateway;

    public sealed class Fixture : IAsyncLifetime
    {
        internal TestGateway Gateway { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Gateway = await TestGateway.StartAsync(new FakeTimeProvider(DateTimeOffset.UtcNow), services => services.AddSingleton<IExtraFamilies, Extra>());
            await Gateway.ReportAsync(GoTorSnapshot("node-2"));
            await Gateway.ReportAsync(GoTorSnapshot("node-1"));
        }

        public async Task DisposeAsync() => await Gateway.DisposeAsync();
    }

    private sealed class Extra : IExtraFamilies
    {
        public long Generation => 1;

        public ImmutableArray<MetricFamily> List() =>
        [
            new("custom.temperature", "custom_temperature", MetricKind.Gauge, "", "A \"help\" with \\ and\na line.", [new([new("room", "a\nb")], -1.5), new([], double.NaN)]),
        ];
    }

    [Fact]
    public async Task Families_AreGroupedAcrossNodes_EachOnce()
    {
        ParsedExposition page = await _gateway.ScrapeAsync();
        Assert.Equal(["node-1", "node-2"], page["gotor_connection_active"].Samples.Select(sample => sample.Labels["node"]));
        Assert.Equal(7, page.Value("gotor_circuit_builds_total", ("node", "node-2"), ("purpose", "directory")));
        Assert.Equal("Help of gotor.circuit.builds.", page["gotor_circuit_builds_total"].Help);
        Assert.Equal(19, page.Value("gotor_circuit_build_duration_seconds_bucket", ("node", "node-1"), ("le", "5.0")));
        Assert.Equal(20, page.Value("gotor_circuit_build_duration_seconds_bucket", ("node", "node-1"), ("le", "+Inf")));
        Assert.Equal(60, page.Value("gotor_circuit_build_duration_seconds_sum", ("node", "node-1")));
        string[] names = [.. page.Families.Skip(19).Select(family => family.Name).Where(name => name.StartsWith("gotor_", StringComparison.Ordinal) && !name.StartsWith("gotor_node", StringComparison.Ordinal) && !name.StartsWith("gotor_gateway", StringComparison.Ordinal))];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task Node_IsDescribed()
    {
        ParsedExposition page = await _gateway.ScrapeAsync();
        Assert.Equal(1, page.Value("gotor_node_info", ("node", "node-1"), ("network", "sandbox"), ("version", "0.1.0")));
        Assert.Equal(1, page.Value("gotor_node_up", ("node", "node-1")));
        Assert.Equal(2, page.Value("gotor_node_health", ("node", "node-1")));
        Assert.Equal(2, page.Value("gotor_node_component_health", ("node", "node-1"), ("component", "circuits")));
        Assert.Equal(2, page.Value("gotor_node_component_health", ("node", "node-1"), ("component", "bootstrap")));
        Assert.Equal(Start.ToUnixTimeSeconds(), page.Value("gotor_node_start_time_seconds", ("node", "node-1")));
        Assert.Equal(_gateway.Time!.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0, page.Value("gotor_node_last_report_timestamp_seconds", ("node", "node-1")), 3);
        Assert.Equal(2, page.Value("gotor_gateway_nodes", ("state", "live")));
        Assert.Equal(0, page.Value("gotor_gateway_nodes", ("state", "stale")));
    }

    [Fact]
    public async Task OpenMetrics_WhenAskedFor_IsTheSameInItsGrammar()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
        using HttpResponseMessage response = await _gateway.Http.SendAsync(request);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        ParsedExposition open = ExpositionParser.Parse(await response.Content.ReadAsStringAsync(), openMetrics: true);
        Assert.Equal("seconds", open["gotor_circuit_build_duration_seconds"].Unit);
        Assert.Equal("bytes", open["gotor_stream_data_bytes"].Unit);
        Assert.Equal("counter", open["tor_circuit_builds"].Type);
        Assert.Equal(
            (await _gateway.ScrapeAsync()).Families.SelectMany(family => family.Samples).Select(sample => (sample.Name, sample.ValueText)),
            open.Families.SelectMany(family => family.Samples).Select(sample => (sample.Name, sample.ValueText)));
    }

    [Theory]
    [InlineData("text/plain", false)]
    [InlineData("*/*", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;q=0.5,text/plain;q=0.9", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text;version=2.0.0", false)]
    [InlineData("this is no media type;;;", false)]
    [InlineData("application/vnd.google.protobuf", false)]
    public async Task Accept_ChoosesTheFormat(string accept, bool isOpenMetrics)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await _gateway.Http.SendAsync(request);
        Assert.Equal(isOpenMetrics, response.Content.Headers.ContentType!.MediaType == OpenMetrics);
    }

    [Fact]
    public async Task Gzip_WhenAskedFor_IsTheSameText()
    {
        string plain = await _gateway.GetAsync("/metrics");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using HttpResponseMessage response = await _gateway.Http.SendAsync(request);
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal(["Accept", "Accept-Encoding"], response.Headers.Vary);
        await using var gzip = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.Equal(plain, await new StreamReader(gzip).ReadToEndAsync());
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("gzip;q=0")]
    [InlineData("br")]
    public async Task Gzip_NotAskedFor_IsNotUsed(string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        using HttpResponseMessage response = await _gateway.Http.SendAsync(request);
        Assert.Empty(response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Head_HasTheLengthOfTheText()
    {
        string text = await _gateway.GetAsync("/metrics");
        using HttpResponseMessage head = await _gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/metrics"));
        Assert.Equal(Encoding.UTF8.GetByteCount(text), head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task ExtraFamilies_ComeLast_WithoutNode()
    {
        ParsedFamily last = (await _gateway.ScrapeAsync()).Families[^1];
        Assert.Equal("custom_temperature", last.Name);
        Assert.Equal("A \"help\" with \\ and\na line.", last.Help);
        Assert.Equal("a\nb", Assert.Single(last.Samples[0].Labels).Value);
        Assert.Equal("-1.5", last.Samples[0].ValueText);
        Assert.Equal("NaN", last.Samples[1].ValueText);
        Assert.Empty(last.Samples[1].Labels);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-3, "-3")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e21, "1E+21")]
    [InlineData(1.5e-9, "1.5E-09")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Values_ReadBackTheSame(double value, string expected)
    {
        using var text = new PooledText();
        text.Write(value);
        Assert.Equal(expected, TextOf(text));
    }

    [Theory]
    [InlineData(0, "0.000")]
    [InlineData(1_499_999, "0.001")]
    [InlineData(1_500_000, "0.002")]
    [InlineData(61_234_567_890, "61.235")]
    public void Durations_HaveThreeDigits(long nanoseconds, string expected)
    {
        using var text = new PooledText();
        new ExpositionWriter(text, ExpositionFormat.Prometheus).Milliseconds("x", "n", nanoseconds);
        Assert.Equal($"x{{node=\"n\"}} {expected}\n", TextOf(text));
    }

    [Fact]
    public void PooledText_LargerThanItsPieces_IsWhole()
    {
        using var text = new PooledText();
        var expected = new StringBuilder();
        for (int i = 0; i < 50_000; i++)
        {
            text.Write((long)i);
            text.Write("-ü"u8);
            expected.Append(i).Append("-ü");
        }
        Assert.Equal(expected.ToString(), TextOf(text));
        Assert.Equal(Encoding.UTF8.GetByteCount(expected.ToString()), text.Length);
    }

    private static string TextOf(PooledText text) => Encoding.UTF8.GetString([.. text.Pieces().SelectMany(piece => piece.ToArray())]);
}
