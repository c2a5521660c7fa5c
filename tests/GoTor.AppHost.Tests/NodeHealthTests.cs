using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GoTor.AppHost.Tests;

/// <summary>The gateway's /health as the node's health in Aspire.</summary>
public sealed class NodeHealthTests
{
    [Fact]
    public void Healthy_IsHealthy() =>
        Assert.Equal(HealthStatus.Healthy, NodeHealth.Read("""{"status":"healthy","components":{"circuits":{"name":"circuits","status":"healthy"}}}""").Status);

    [Fact]
    public void Unhealthy_SaysWhatIsWrong()
    {
        HealthCheckResult result = NodeHealth.Read(
            """
            {"status":"unhealthy","components":{
              "circuits":{"status":"unhealthy","message":"No circuit. Wait."},"guards":{"status":"healthy","message":"fine"},"clock":{"status":"degraded"}}}
            """);

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Equal("No circuit. Wait. clock", result.Description);
    }

    [Fact]
    public void UnknownStatus_IsNotHealthy() =>
        Assert.Equal(HealthStatus.Unhealthy, NodeHealth.Read("""{"status":"splendid","components":{}}""").Status);
}
