using GoTor.MetricsGateway.Hosting;

namespace GoTor.MetricsGateway.Http;

/// <summary>Plugs this room into the gateway.</summary>
internal static class HttpRoom
{
    public static void AddFrontDoor(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(new HostCheck(options.HostNames()));
        services.AddSingleton(new RequestLimit(options.MaxRequests));
    }

    public static void MapIndex(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapRead("/", context => context.SendAsync(StatusCodes.Status200OK, "text/html; charset=utf-8", IndexPage.Bytes));
}
