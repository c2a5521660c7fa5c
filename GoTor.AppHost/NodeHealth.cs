using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GoTor.AppHost;

/// <summary>How a node is, by what it told the gateway. Red until traffic can flow.</summary>
internal sealed class NodeHealth(string node, EndpointReference gateway) : IHealthCheck
{
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(5) };

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using HttpResponseMessage answer = await Client.GetAsync(
                new Uri($"{gateway.Url}/health?node={Uri.EscapeDataString(node)}"), cancellationToken);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable
                ? Read(await answer.Content.ReadAsStringAsync(cancellationToken))
                : HealthCheckResult.Unhealthy("The node has not reported yet.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException)
        {
            // The node works without the gateway; only nobody knows.
            return HealthCheckResult.Degraded("The gateway does not answer, so nothing is known of the node.");
        }
    }

    /// <summary>Reads the gateway's <c>/health</c>: a status, and components with a status and a message each.</summary>
    internal static HealthCheckResult Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        string? status = document.RootElement.GetProperty("status").GetString();
        string reasons = string.Join(' ', document.RootElement.GetProperty("components").EnumerateObject()
            .Where(component => component.Value.GetProperty("status").GetString() != "healthy")
            .Select(component => component.Value.TryGetProperty("message", out JsonElement message) ? message.GetString() : component.Name));
        return status switch
        {
            "healthy" => HealthCheckResult.Healthy(),
            "degraded" => HealthCheckResult.Degraded(reasons),
            _ => HealthCheckResult.Unhealthy(reasons),
        };
    }
}

internal static class NodeHealthExtensions
{
    public static IResourceBuilder<T> WithHealthOf<T>(this IResourceBuilder<T> resource, string node, IResourceBuilder<ProjectResource> gateway)
        where T : IResource
    {
        string key = $"{node}-health";
        resource.ApplicationBuilder.Services.AddHealthChecks().Add(
            new HealthCheckRegistration(key, _ => new NodeHealth(node, gateway.GetEndpoint(Resources.Http)), HealthStatus.Unhealthy, tags: null));
        return resource.WithHealthCheck(key);
    }
}
