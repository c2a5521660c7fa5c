namespace GoTor.AppHost;

/// <summary>Prometheus, Alertmanager and Grafana, with the files of deploy/ that compose mounts too.</summary>
internal static class Containers
{
    public static IResourceBuilder<ContainerResource> AddAlertmanager(this IDistributedApplicationBuilder builder, string name) => builder
        .AddContainer(name, Images.Alertmanager.Name, Images.Alertmanager.Tag)
        .WithBindMount(builder.Deploy("alertmanager"), "/etc/alertmanager", isReadOnly: true)
        // Alone: it neither looks for others nor opens a port for them.
        .WithArgs("--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager", "--cluster.listen-address=")
        .WithHttpEndpoint(9093, targetPort: 9093, name: Resources.Http)
        .WithHttpHealthCheck("/-/healthy")
        .WithUrlForEndpoint(Resources.Http, url => url.DisplayText = "Alertmanager");

    /// <summary>Scrapes the gateway on the host.</summary>
    public static IResourceBuilder<ContainerResource> AddPrometheus(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ProjectResource> gateway)
    {
        EndpointReferenceExpression address = gateway.GetEndpoint(Resources.Http).Property(EndpointProperty.HostAndPort);
        return builder
            .AddContainer(name, Images.Prometheus.Name, Images.Prometheus.Tag)
            .WithBindMount(builder.Deploy("prometheus", "rules"), "/etc/prometheus/rules", isReadOnly: true)
            .WithContainerFiles("/etc/prometheus", async (context, cancel) =>
            {
                string text = await File.ReadAllTextAsync(builder.Deploy("prometheus", "prometheus.yml"), cancel);
                string? host = await address.GetValueAsync(
                    new() { Caller = context.Model, Network = KnownNetworkIdentifiers.DefaultAspireContainerNetwork }, cancel);
                return [new ContainerFile { Name = "prometheus.yml", Contents = PrometheusConfig.ForContainer(text, host!) }];
            })
            .WithArgs("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus")
            // Aspire opens a way from the container network to the host for what a container's environment names.
            .WithEnvironment("GATEWAY_ADDRESS", address)
            .WithHttpEndpoint(9090, targetPort: 9090, name: Resources.Http)
            .WithHttpHealthCheck("/-/healthy")
            .WithUrlForEndpoint(Resources.Http, url => url.DisplayText = "Prometheus")
            .WithUrlForEndpoint(Resources.Http, _ => new() { Url = "/alerts", DisplayText = "Alerts" });
    }

    public static IResourceBuilder<ContainerResource> AddGrafana(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> password) => builder
        .AddContainer(name, Images.Grafana.Name, Images.Grafana.Tag)
        .WithBindMount(builder.Deploy("grafana", "provisioning"), "/etc/grafana/provisioning", isReadOnly: true)
        .WithBindMount(builder.Deploy("grafana", "dashboards"), "/var/lib/grafana/dashboards", isReadOnly: true)
        .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", password)
        .WithEnvironment("GF_USERS_ALLOW_SIGN_UP", "false")
        // What watches a Tor node must not phone home.
        .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false")
        .WithEnvironment("GF_ANALYTICS_CHECK_FOR_UPDATES", "false")
        .WithEnvironment("GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES", "false")
        .WithEnvironment("GF_PLUGINS_PREINSTALL_DISABLED", "true")
        .WithEnvironment("GF_NEWS_NEWS_FEED_ENABLED", "false")
        .WithEnvironment("GF_SECURITY_DISABLE_GRAVATAR", "true")
        .WithHttpEndpoint(3000, targetPort: 3000, name: Resources.Http)
        .WithHttpHealthCheck("/api/health")
        .WithUrlForEndpoint(Resources.Http, url => url.DisplayText = "Grafana");

    /// <summary>A file or folder of deploy/, the one configuration tree of AppHost and compose.</summary>
    public static string Deploy(this IDistributedApplicationBuilder builder, params ReadOnlySpan<string> path) =>
        Path.GetFullPath(Path.Combine([builder.AppHostDirectory, "..", "deploy", .. path]));
}
