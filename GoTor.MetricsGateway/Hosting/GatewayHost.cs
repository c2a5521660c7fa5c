using GoTor.MetricsGateway.Custom;
using GoTor.MetricsGateway.Dashboard;
using GoTor.MetricsGateway.Exposition;
using GoTor.MetricsGateway.Health;
using GoTor.MetricsGateway.Http;
using GoTor.MetricsGateway.Json;
using GoTor.MetricsGateway.Nodes;
using GoTor.MetricsGateway.Profiling;
using GoTor.MetricsGateway.Push;
using GoTor.MetricsGateway.Reports;
using GoTor.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenTelemetry.Metrics;

namespace GoTor.MetricsGateway.Hosting;

/// <summary>Puts the rooms together. Each has one Add… and one Map… method.</summary>
internal static class GatewayHost
{
    /// <summary>The whole gateway, not started yet.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="parentToken">The token that the parent process handed over, or null.</param>
    /// <param name="configure">For tests: other services or settings.</param>
    /// <exception cref="GatewaySettingsException">The settings are wrong.</exception>
    public static WebApplication Build(string[] args, string? parentToken = null, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        configure?.Invoke(builder);
        GatewayOptions options = GatewaySettings.Read(builder.Configuration, args, parentToken);
        ConfigureServer(builder, options);
        AddRooms(builder.Services, options);
        WebApplication app = builder.Build();
        app.UseMiddleware<FrontDoor>();
        app.UseRouting();
        app.UseMiddleware<TokenGate>();
        MapRooms(app);
        return app;
    }

    private static void AddRooms(IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddFrontDoor(options);
        services.AddReports(options);
        services.AddNodes();
        services.AddCustomMetrics(options);
        services.AddExposition();
        services.AddHealth();
        services.AddPush(options);
        services.AddDashboard();
        services.AddProfiling(options);
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddPrometheusExporter(exporter =>
            {
                exporter.ScopeInfoEnabled = false;
                exporter.TargetInfoEnabled = false;
            }));
    }

    private static void MapRooms(WebApplication app)
    {
        app.MapReports();
        app.MapProfiling();
        app.MapCustomMetrics(app.Services.GetRequiredService<GatewayOptions>());
        app.MapExposition();
        app.MapMetricsJson();
        app.MapHealth();
        app.MapDashboard();
        app.MapIndex();
        app.MapPrometheusScrapingEndpoint("/metrics/gateway").WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
    }

    private static void ConfigureServer(WebApplicationBuilder builder, GatewayOptions options)
    {
        // Addresses come from Gateway:… alone; what images and launch profiles set for all ASP.NET programs would only be overridden, with a warning.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, null);
        builder.WebHost.UseSetting(WebHostDefaults.HttpPortsKey, null);
        builder.WebHost.UseSetting(WebHostDefaults.HttpsPortsKey, null);
        builder.WebHost.ConfigureKestrel(kestrel => Listeners.Configure(kestrel, options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Logging.ClearProviders();
        builder.Logging.AddGatewayConsole();
        builder.AddServiceDefaults();
    }
}
