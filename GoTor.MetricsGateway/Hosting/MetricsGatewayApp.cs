namespace GoTor.MetricsGateway.Hosting;

/// <summary>Names this assembly for test hosts, as WebApplicationFactory&lt;MetricsGatewayApp&gt;: several programs have a class Program.</summary>
public sealed class MetricsGatewayApp;
