using GoTor.MetricsGateway.Hosting;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Profiling;

/// <summary>Plugs this room into the gateway.</summary>
internal static class ProfilingRoom
{
    public static void AddProfiling(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(options.Profiling);
        services.AddSingleton<NodeProfiles>();
        services.AddSingleton<IProfileExchange>(provider => provider.GetRequiredService<NodeProfiles>());
        services.AddSingleton<ProfileEndpoint>();
    }

    public static void MapProfiling(this IEndpointRouteBuilder endpoints)
    {
        ProfileEndpoint profiles = endpoints.ServiceProvider.GetRequiredService<ProfileEndpoint>();
        // Disabled there is nothing to protect, and its own token may be missing.
        ProfilingOptions options = endpoints.ServiceProvider.GetRequiredService<ProfilingOptions>();
        ReportToken? own = options is { Enabled: true, Token: { } token } ? ReportToken.Of(endpoints.ServiceProvider, token, options.TokenFile) : null;
        endpoints.MapPost("/debug/profile", profiles.ServeAsync).RequireToken(own);
    }
}
