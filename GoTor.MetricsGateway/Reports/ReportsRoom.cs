using GoTor.MetricsGateway.Hosting;
using GoTor.MetricsGateway.Nodes;

namespace GoTor.MetricsGateway.Reports;

/// <summary>Plugs this room into the gateway.</summary>
internal static class ReportsRoom
{
    public static void AddReports(this IServiceCollection services, GatewayOptions options)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.Quotas.ReportBytes;
            grpc.EnableDetailedErrors = false;
            grpc.CompressionProviders.Clear(); // The limit above is for what arrives: a megabyte of zeros can be a gigabyte.
            grpc.IgnoreUnknownServices = true; // Otherwise any POST to a path of two parts would be gRPC's.
        });
        services.AddSingleton(options.Quotas);
        services.AddSingleton(provider => ReportToken.Of(provider, options.Token!, options.TokenFile));
        services.AddSingleton<TokenFailures>();
        services.AddSingleton<ReportsMetrics>();
        services.AddSingleton<FamilyCatalogue>();
        services.AddSingleton<FamilyReader>();
        services.AddSingleton<ReportReader>();
        services.AddSingleton<ReportIntake>();
    }

    public static void MapReports(this IEndpointRouteBuilder endpoints) => endpoints.MapGrpcService<NodeReportsService>().RequireToken();
}
