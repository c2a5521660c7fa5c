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
        AddClient(services);
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

    // From the factory, so that it has what all clients have: targets by the names of services, and another try (GoTor.ServiceDefaults).
    private static void AddClient(IServiceCollection services) => services
        .AddHttpClient(PeriodicDelivery.ClientName, client =>
        {
            client.Timeout = Timeout.InfiniteTimeSpan; // Each delivery has its own.
            client.MaxResponseContentBufferSize = 64 * 1024;
        })
        // No proxy, and no redirection, which could take a password elsewhere.
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseDrainSize = 64 * 1024,
        })
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .RemoveAllLoggers();
}
