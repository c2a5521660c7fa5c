using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace GoTor.ServiceDefaults;

/// <summary>OpenTelemetry: metrics, traces and logs of a service, sent over OTLP when the environment names a collector.</summary>
internal static class Telemetry
{
    /// <summary>The standard variable that names the collector. The others (headers, protocol, service name) are OpenTelemetry's too.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Asked every few seconds by Prometheus, probes, nodes and open dashboards: as traces they would only hide the others.
    private static readonly string[] NotTraced = ["/health", "/metrics", "/debug/metrics", "/gotor.metrics.v1.NodeReports"];

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("GoTor.*")
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation());
        // Metrics can be scraped. Traces and logs would be made for nobody.
        if (string.IsNullOrWhiteSpace(builder.Configuration[OtlpEndpoint]))
            return;

        telemetry.WithTracing(tracing => tracing
            .AddSource("GoTor.*")
            .AddAspNetCoreInstrumentation(options => options.Filter = IsTraced)
            .AddHttpClientInstrumentation());
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry.UseOtlpExporter();
    }

    internal static bool IsTraced(HttpContext context) =>
        !Array.Exists(NotTraced, path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
}
