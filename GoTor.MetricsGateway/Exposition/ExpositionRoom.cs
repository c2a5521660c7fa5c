using GoTor.MetricsGateway.Http;

namespace GoTor.MetricsGateway.Exposition;

/// <summary>Plugs this room into the gateway.</summary>
internal static class ExpositionRoom
{
    public static void AddExposition(this IServiceCollection services)
    {
        services.AddSingleton<ExpositionSource>();
        services.AddSingleton<ScrapeMetrics>();
        services.AddSingleton<MetricsEndpoint>();
    }

    public static void MapExposition(this IEndpointRouteBuilder endpoints)
    {
        MetricsEndpoint metrics = endpoints.ServiceProvider.GetRequiredService<MetricsEndpoint>();
        endpoints.MapRead("/metrics", metrics.ServeAsync);
    }
}
