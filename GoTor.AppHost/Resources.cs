namespace GoTor.AppHost;

/// <summary>The parts of the system as Aspire resources: how each is started, where it listens, how it is known to be well.</summary>
internal static class Resources
{
    public const int SocksPort = 9050;
    public const int GatewayHttpPort = 9052;
    public const int GatewayGrpcPort = 9053;
    public const string Http = "http";
    public const string Grpc = "grpc";
    public const string Socks = "socks";

    /// <summary>A secret that is made anew at each start, unless the configuration has one under <c>Parameters:NAME</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddSecret(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 43, Special = false }, secret: true);

    /// <summary>The metrics gateway: nodes report to it over gRPC with the token, everybody reads from it over HTTP.</summary>
    public static IResourceBuilder<ProjectResource> AddGateway(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> token)
    {
        IResourceBuilder<ProjectResource> gateway = builder
            .AddProject<Projects.GoTor_MetricsGateway>(name, options =>
            {
                options.ExcludeLaunchProfile = true;
                options.ExcludeKestrelEndpoints = true;
            })
            .WithHttpEndpoint(GatewayHttpPort, name: Http)
            .WithHttpEndpoint(GatewayGrpcPort, name: Grpc)
            // It listens where its own settings say, and on nothing else.
            .WithEndpointsInEnvironment(_ => false);
        return gateway
            .WithEnvironment("Gateway__HttpAddress", gateway.ListensOn(Http))
            .WithEnvironment("Gateway__GrpcAddress", gateway.ListensOn(Grpc))
            // The names that containers have for this machine; nobody outside a container network can use them.
            .WithEnvironment("Gateway__AllowedHosts", "aspire.dev.internal;host.docker.internal;host.containers.internal")
            .WithEnvironment("GOTOR_METRICS_TOKEN", token)
            .WithHttpHealthCheck("/health/ready", endpointName: Http)
            .WithUrlForEndpoint(Http, url => (url.Url, url.DisplayText) = ("/debug/metrics", "Dashboard"))
            .WithUrlForEndpoint(Http, _ => new() { Url = "/metrics", DisplayText = "Prometheus metrics" })
            .WithUrlForEndpoint(Http, _ => new() { Url = "/metrics/json", DisplayText = "JSON metrics" })
            .WithUrlForEndpoint(Http, _ => new() { Url = "/health", DisplayText = "Health" })
            .WithUrlForEndpoint(Grpc, url => (url.DisplayText, url.DisplayLocation) = ("Reports (gRPC)", UrlDisplayLocation.DetailsOnly));
    }

    /// <summary>The node. It does not wait for the gateway: its traffic never depends on who watches it.</summary>
    public static IResourceBuilder<ProjectResource> AddNode(
        this IDistributedApplicationBuilder builder, string name, NodeNetwork network,
        IResourceBuilder<ProjectResource> gateway, IResourceBuilder<ParameterResource> token)
    {
        IResourceBuilder<ProjectResource> node = builder
            .AddProject<Projects.GoTor_Node>(name, options => options.ExcludeLaunchProfile = true)
            .WithEndpoint(SocksPort, scheme: "socks5", name: Socks);
        return node
            .WithArgs([.. network.Arguments])
            .WithArgs("--SocksPort", node.ListensOn(Socks))
            .WithArgs("--EnableMetrics", "1", "--MetricsNodeName", name)
            .WithArgs("--MetricsGateway", gateway.GetEndpoint(Grpc).Property(EndpointProperty.HostAndPort))
            .WithEnvironment("GOTOR_METRICS_TOKEN", token)
            .WithReferenceRelationship(gateway)
            .WithHealthOf(name, gateway)
            .WithUrlForEndpoint(Socks, url => url.DisplayText = "SOCKS5 proxy");
    }

    /// <summary>The loopback address that the resource itself must listen on; Aspire passes its public port on to it.</summary>
    private static ReferenceExpression ListensOn(this IResourceBuilder<IResourceWithEndpoints> resource, string endpoint) =>
        ReferenceExpression.Create($"127.0.0.1:{resource.GetEndpoint(endpoint).Property(EndpointProperty.TargetPort)}");
}
