using GoTor.MetricsGateway.Hosting;
using GoTor.MetricsGateway.Push.Otlp;

namespace GoTor.MetricsGateway.Push;

/// <summary>Plugs this room into the gateway. Nothing is sent anywhere unless the settings say where.</summary>
internal static class PushRoom
{
    public static void AddPush(this IServiceCollection services, GatewayOptions options)
    {
        if (options.Push.Url is null && options.Otlp.Endpoint is null)
            return;
        services.AddSingleton<PushMetrics>();
        if (options.Push.Url is not null)
        {
            services.AddSingleton(options.Push);
            services.AddHostedService<PushgatewayDelivery>();
        }
        if (options.Otlp.Endpoint is not null)
        {
            services.AddSingleton(options.Otlp);
            services.AddHostedService<OtlpDelivery>();
        }
    }
}
