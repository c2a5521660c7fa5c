using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using GoTor.Integration.Tests.Observability;
using GoTor.Testing.PrivateNetwork;
using Xunit.Abstractions;

namespace GoTor.AppHost.Tests;

/// <summary>The scenario on the AppHost, and what only Aspire has.</summary>
public sealed class AspireSystemTests(AspireSystem system, ITestOutputHelper output) : SystemScenario(output), IClassFixture<AspireSystem>
{
    private protected override IObservedSystem Observed => system;

    [SkippableFact]
    public async Task Prometheus_OfTheMachine_HasTheNodesNumbersAndTheRules()
    {
        Skip.IfNot(await HasLocalPrometheusAsync(), "Prometheus is not a program of this machine, or runs as a container.");
        await system.HealthyAsync("prometheus");
        using HttpClient prometheus = system.Application.CreateHttpClient("prometheus", Resources.Http);

        string answer = "";
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500));
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        while (!answer.Contains("\"node\":\"node\"", StringComparison.Ordinal) && await timer.WaitForNextTickAsync(limit.Token))
            answer = await prometheus.GetStringAsync(new Uri("/api/v1/query?query=gotor_node_up", UriKind.Relative));

        using JsonDocument rules = JsonDocument.Parse(await prometheus.GetStringAsync(new Uri("/api/v1/rules", UriKind.Relative)));
        Assert.NotEqual(0, rules.RootElement.GetProperty("data").GetProperty("groups").GetArrayLength());
    }

    [SkippableFact]
    public async Task Urls_OfTheGateway_LeadToItsPages()
    {
        ResourceEvent gateway = await system.HealthyAsync("gateway");
        using HttpClient client = new();

        string[] names = ["Dashboard", "Prometheus metrics", "JSON metrics", "Health"];
        foreach (string name in names)
        {
            UrlSnapshot url = Assert.Single(gateway.Snapshot.Urls, url => url.DisplayProperties.DisplayName == name);
            using HttpResponseMessage answer = await client.GetAsync(new Uri(url.Url));
            Assert.True(answer.IsSuccessStatusCode, $"{name}: {url.Url} answers {answer.StatusCode}");
        }
    }

    private static async Task<bool> HasLocalPrometheusAsync() =>
        LocalPrometheus.Find() is not null
        && PrivateTorNetwork.WhyNot is null
        && await ContainerEngine.FindAsync(new Microsoft.Extensions.Configuration.ConfigurationManager()) is null;
}
