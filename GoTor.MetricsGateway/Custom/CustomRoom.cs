using GoTor.MetricsGateway.Hosting;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Custom;

/// <summary>Plugs this room into the gateway.</summary>
internal static class CustomRoom
{
    private const string Path = "/api/v1/custom-metrics/";

    public static void AddCustomMetrics(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(options.Custom);
        services.AddSingleton<CustomRegistry>();
        services.AddSingleton<IExtraFamilies>(provider => provider.GetRequiredService<CustomRegistry>());
        services.AddSingleton<CustomUsage>();
        services.AddSingleton<CustomEndpoints>();
        services.AddHostedService<CustomSweep>();
    }

    public static void MapCustomMetrics(this IEndpointRouteBuilder endpoints, GatewayOptions options)
    {
        ReportToken? own = options.CustomToken is { } token ? ReportToken.Of(endpoints.ServiceProvider, token, options.CustomTokenFile) : null;
        CustomEndpoints custom = endpoints.ServiceProvider.GetRequiredService<CustomEndpoints>();
        endpoints.MapGrpcService<CustomMetricsService>().RequireToken(own);
        endpoints.MapPost(Path + "register", custom.RegisterAsync).RequireToken(own);
        endpoints.MapPost(Path + "update", custom.UpdateAsync).RequireToken(own);
    }
}
