using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace GoTor.ServiceDefaults;

/// <summary>What every ASP.NET service of GoTor has. The node is a console daemon without ASP.NET and does not use it.</summary>
internal static class ServiceDefaults
{
    /// <summary>
    /// Adds telemetry (see <see cref="Telemetry"/>), a health check of the process itself, and HTTP clients that find services by name
    /// and retry. It sends nothing anywhere unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler(options =>
            {
                // For calls that come again by themselves within seconds: a short hitch is bridged, an outage is told soon.
                options.Retry.MaxRetryAttempts = 2;
                options.Retry.Delay = TimeSpan.FromMilliseconds(250);
            });
            http.AddServiceDiscovery();
        });
        return builder;
    }
}
