using System.Net;
using System.Text.Json;
using GoTor.MetricsContract;
using Microsoft.Extensions.Time.Testing;
using static GoTor.MetricsGateway.Tests.TestReports;

namespace GoTor.MetricsGateway.Tests;

public sealed class HealthTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync(_time);

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task NoNode_Is503AndSaysWhatToDo()
    {
        (HttpStatusCode code, JsonElement health) = await HealthAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Contains("MetricsGateway", Message(health, "reporter"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bootstrap_BelowAHundred_Is503UntilItIsDone()
    {
        NodeReport starting = Empty();
        starting.Bootstrap = new Bootstrap { Percent = 45, Tag = "requesting_descriptors", Summary = "Asking for relay descriptors" };
        await _gateway.ReportAsync(starting);
        (HttpStatusCode code, JsonElement health) = await HealthAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Contains("45 % (Asking for relay descriptors)", Message(health, "bootstrap"), StringComparison.Ordinal);
        await _gateway.ReportAsync(Empty(sequence: 2));
        Assert.Equal(HttpStatusCode.OK, (await HealthAsync()).Code);
    }

    [Fact]
    public async Task LostNode_IsNamed_AndIs503WhenItIsTheOnlyOne()
    {
        await _gateway.ReportAsync(Empty("alone"));
        _time.Advance(TimeSpan.FromSeconds(42));
        (HttpStatusCode code, JsonElement health) = await HealthAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Contains("Lost 'alone' (42 s ago)", Message(health, "reporter"), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Contains("'alone' (5 min ago): start it again", Message((await HealthAsync()).Health, "reporter"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fleet_WithOneBadNode_IsDegradedAndNamesIt_WhenAllAreBadItIsUnhealthy()
    {
        await _gateway.ReportAsync(Empty("a").With("circuits", HealthStatus.Healthy, "fine"));
        await _gateway.ReportAsync(Empty("b").With("circuits", HealthStatus.Unhealthy, "No active circuits available"));
        (HttpStatusCode code, JsonElement health) = await HealthAsync();
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Contains("1 of 2 nodes: b: No active circuits available", Message(health, "circuits"), StringComparison.Ordinal);
        Assert.Contains("1 of 2 nodes can carry traffic on the sandbox network", Message(health, "nodes"), StringComparison.Ordinal);

        // The one fails in one thing, the other in another: nobody carries traffic.
        await _gateway.ReportAsync(Empty("a", sequence: 2).With("circuits", HealthStatus.Healthy, "fine").With("socks", HealthStatus.Unhealthy, "no port"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await HealthAsync()).Code);
    }

    [Fact]
    public async Task OneNode_IsAskedForByName_UnknownOnesAre404()
    {
        await _gateway.ReportAsync(Empty("a"));
        await _gateway.ReportAsync(Empty("b").With("circuits", HealthStatus.Unhealthy, "none"));
        Assert.Equal(HttpStatusCode.OK, (await HealthAsync("?node=a")).Code);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await HealthAsync("?node=b")).Code);
        foreach (string path in new[] { "/health", "/metrics/json" })
        {
            foreach (string query in new[] { "?node=c", "?node=", "?node=%3Cscript%3E", "?node=a&node=b" })
            {
                using HttpResponseMessage response = await _gateway.Http.GetAsync(path + query);
                Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
                Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
            }
        }
        Assert.Equal("No node named 'c' has reported to this gateway.\n", await _gateway.GetAsync("/metrics/json?node=c"));
    }

    [Fact]
    public async Task Details_AreNumbersWhereTheyAre()
    {
        NodeReport report = Empty();
        report.Health.Add(new HealthComponent
        {
            Name = "circuits", Status = HealthStatus.Healthy, Message = "", Details = { { "active_circuits", "3" }, { "average_age", "1m30s" }, { "bad\nname", "x" } },
        });
        await _gateway.ReportAsync(report);
        JsonElement circuits = (await HealthAsync()).Health.GetProperty("components").GetProperty("circuits");
        Assert.False(circuits.TryGetProperty("message", out _));
        Assert.Equal(3, circuits.GetProperty("details").GetProperty("active_circuits").GetInt32());
        Assert.Equal("1m30s", circuits.GetProperty("details").GetProperty("average_age").GetString());
        Assert.Equal(2, circuits.GetProperty("details").EnumerateObject().Count());
    }

    [Fact]
    public async Task ReporterOfTheNode_AndOfTheGateway_AreOne()
    {
        NodeReport report = Empty().With("reporter", HealthStatus.Degraded, "3 series were refused");
        report.Health[0].Details.Add("series_refused", "3");
        await _gateway.ReportAsync(report);
        JsonElement reporter = (await HealthAsync()).Health.GetProperty("components").GetProperty("reporter");
        Assert.Equal("degraded", reporter.GetProperty("status").GetString());
        Assert.Equal("3 series were refused", reporter.GetProperty("message").GetString());
        Assert.Equal(1, reporter.GetProperty("details").GetProperty("live").GetInt32());
        Assert.Equal(3, reporter.GetProperty("details").GetProperty("series_refused").GetInt32());
    }

    [Theory]
    [InlineData("sandbox", "")]
    [InlineData("sandbox", "?node=node-1")]
    [InlineData("public", "")]
    [InlineData("public", "?node=node-1")]
    public async Task Sandbox_IsSaidToHideNothing(string network, string query)
    {
        NodeReport report = Empty();
        report.Network = network;
        await _gateway.ReportAsync(report);
        (HttpStatusCode code, JsonElement health) = await HealthAsync(query);
        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal(
            network == "sandbox" ? "The node can carry traffic on the sandbox network. SANDBOX: hides nothing" : "The node can carry traffic on the public network",
            Message(health, "nodes"));
    }

    [Fact]
    public async Task Markup_InMessages_IsEscaped()
    {
        await _gateway.ReportAsync(Empty().With("circuits", HealthStatus.Healthy, "<script>alert(1)</script>"));
        Assert.DoesNotContain("<script>", await _gateway.GetAsync("/health"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LiveAndReady_DoNotDependOnNodes()
    {
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Http.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Http.GetAsync("/health/ready")).StatusCode);
    }

    private static string Message(JsonElement health, string component) =>
        health.GetProperty("components").GetProperty(component).GetProperty("message").GetString()!;

    private async Task<(HttpStatusCode Code, JsonElement Health)> HealthAsync(string query = "")
    {
        using HttpResponseMessage response = await _gateway.Http.GetAsync("/health" + query);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
