using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using GoTor.MetricsGateway.Push;
using GoTor.Testing.PrivateNetwork;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests.Push;

/// <summary>Pushes of a whole gateway to Debian's prometheus-pushgateway.</summary>
public sealed class PushgatewayTests
{
    private const string Program = "/usr/bin/prometheus-pushgateway";

    [Theory]
    [InlineData("gotor", "", "http://127.0.0.1:9091/metrics/job/gotor")]
    [InlineData("gotor", "a b", "http://127.0.0.1:9091/metrics/job/gotor/instance/a%20b")]
    [InlineData("a/b", "x?", "http://127.0.0.1:9091/metrics/job@base64/YS9i/instance/x%3F")]
    [InlineData("..", "", "http://127.0.0.1:9091/metrics/job@base64/Li4=")]
    public void Group_HasItsNamesInThePath(string job, string instance, string expected) => Assert.Equal(
        expected, PushgatewayDelivery.GroupOf(new PushOptions { Url = new Uri("http://127.0.0.1:9091/"), Job = job, Instance = instance }).AbsoluteUri);

    [SkippableFact]
    public async Task Push_ReplacesTheGroup_AndLeavesTheLastValues()
    {
        await using Pushgateway target = await Pushgateway.StartAsync();
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(
            time, settings: [("Push:Url", target.Url), ("Push:Job", "nightly/batch"), ("Push:Instance", "one")]);
        await gateway.ReportAsync(TestReports.GoTorSnapshot("n1"));
        await OtlpTests.TickUntilAsync(time, () => target.Get().Contains("tor_circuit_builds_total", StringComparison.Ordinal));
        Assert.Contains("""tor_circuit_builds_total{instance="one",job="nightly/batch",node="n1"} 100""", target.Get(), StringComparison.Ordinal);
        Assert.Contains("""gotor_circuit_build_duration_seconds_bucket{instance="one",job="nightly/batch",node="n1",purpose="user",le="+Inf"} 20""", target.Get(), StringComparison.Ordinal);

        await gateway.ReportAsync(TestReports.Empty("n1", sequence: 2).With(TestReports.Counter("gotor.stream.created", 777, "{stream}")));
        await gateway.App.StopAsync();

        Assert.Contains("""gotor_stream_created_total{instance="one",job="nightly/batch",node="n1"} 777""", target.Get(), StringComparison.Ordinal);
        Assert.DoesNotContain("gotor_circuit_build_duration", target.Get(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Push_WithBasicAuthentication_ThatDeletesItsGroupAtTheEnd()
    {
        // The example of https://prometheus.io/docs/guides/basic-auth/: the password is "test".
        await using Pushgateway target = await Pushgateway.StartAsync("basic_auth_users:\n  admin: $2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay\n");
        string password = Path.Combine(target.Folder, "password");
        await File.WriteAllTextAsync(password, "wrong\n");
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(
            time, settings: [("Push:Url", target.Url), ("Push:Username", "admin"), ("Push:PasswordFile", password), ("Push:DeleteOnShutdown", "true")]);
        await OtlpTests.TickUntilAsync(time, () => gateway.Log.GetSnapshot().Any(record => record.Message.Contains("status 401", StringComparison.Ordinal)));

        await File.WriteAllTextAsync(password, "test\n");
        await gateway.ReportAsync(TestReports.GoTorSnapshot());
        await OtlpTests.TickUntilAsync(time, () => target.Get().Contains("tor_circuit_builds_total", StringComparison.Ordinal));
        await gateway.App.StopAsync();

        Assert.DoesNotContain("tor_circuit_builds_total", target.Get(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pushgateway_ThatIsNotThere_IsSaidOnce()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        int nobody = PortFinder.Free(IPAddress.Loopback).Port;
        await using TestGateway gateway = await TestGateway.StartAsync(time, settings: [("Push:Url", $"http://127.0.0.1:{nobody}")]);
        await OtlpTests.TickUntilAsync(time, () => Failures(gateway) >= 3);
        Assert.Single(gateway.Log.GetSnapshot(), record => record.Message.Contains("pushgateway takes nothing: no connection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Target_NamedAsAService_IsFound_AndASecondTryBridgesAHitch()
    {
        int calls = 0;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication target = builder.Build();
        target.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = Interlocked.Increment(ref calls) == 1 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        });
        await target.StartAsync();
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(
            time,
            services => services.Configure<ConfigurationServiceEndpointProviderOptions>(options => options.SectionName = "Gateway:Known"),
            ("Push:Url", "http://batch-target"), ("Known:batch-target:http:0", target.Urls.Single()));
        await OtlpTests.TickUntilAsync(time, () => gateway.Log.GetSnapshot().Any(record => record.Message == "pushgateway takes what is sent."));
        Assert.InRange(calls, 2, int.MaxValue);
        Assert.DoesNotContain(gateway.Log.GetSnapshot(), record => record.Message.Contains("takes nothing", StringComparison.Ordinal));
    }

    private static int Failures(TestGateway gateway)
    {
        const string Start = "gotor_gateway_push_deliveries_total{outcome=\"failed\",target=\"pushgateway\"} ";
        string text = gateway.GetAsync("/metrics/gateway").GetAwaiter().GetResult();
        string? line = Array.Find(text.Split('\n'), line => line.StartsWith(Start, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line[Start.Length..].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private sealed class Pushgateway : IAsyncDisposable
    {
        private readonly ChildProcess _process;
        private readonly HttpClient _http = new();

        private Pushgateway(string folder, string url, ChildProcess process) => (Folder, Url, _process) = (folder, url, process);

        public string Folder { get; }

        public string Url { get; }

        public static async Task<Pushgateway> StartAsync(string? webConfiguration = null)
        {
            Skip.IfNot(File.Exists(Program), "Debian's prometheus-pushgateway is not installed.");
            string folder = Directory.CreateTempSubdirectory("gotor-push-").FullName;
            string address = $"127.0.0.1:{PortFinder.Free(IPAddress.Loopback).Port}";
            List<string> arguments = [$"--web.listen-address={address}"];
            if (webConfiguration is not null)
            {
                string file = Path.Combine(folder, "web.yml");
                await File.WriteAllTextAsync(file, webConfiguration);
                arguments.Add($"--web.config.file={file}");
            }

            Pushgateway target = new(folder, "http://" + address, ChildProcess.Start(Program, [.. arguments]));
            if (webConfiguration is not null)
                target._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("admin:test")));
            await Wait.UntilAsync(() => PortFinder.Answers(IPEndPoint.Parse(address)), TimeSpan.FromSeconds(20), () => target._process.Output);
            return target;
        }

        /// <summary>What it shows.</summary>
        public string Get() => _http.GetStringAsync(Url + "/metrics").GetAwaiter().GetResult();

        public async ValueTask DisposeAsync()
        {
            _http.Dispose();
            await _process.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
