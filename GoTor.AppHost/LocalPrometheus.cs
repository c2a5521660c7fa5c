using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GoTor.AppHost;

/// <summary>A Prometheus installed on this machine, for use without a container engine.</summary>
internal static class LocalPrometheus
{
    /// <returns>The program on the path, or null.</returns>
    public static string? Find()
    {
        string name = OperatingSystem.IsWindows() ? "prometheus.exe" : "prometheus";
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Runs it on the rules and the configuration of deploy/. What it stores goes when the AppHost ends.</summary>
    public static IResourceBuilder<ExecutableResource> AddLocalPrometheus(
        this IDistributedApplicationBuilder builder, string name, string program, IResourceBuilder<ProjectResource> gateway)
    {
        string folder = Directory.CreateTempSubdirectory("gotor-prometheus-").FullName;
        builder.Services.AddHostedService(services => new FolderOfThisRun(folder, services.GetRequiredService<IHostApplicationLifetime>()));
        string file = Path.Combine(folder, "prometheus.yml");
        EndpointReferenceExpression address = gateway.GetEndpoint(Resources.Http).Property(EndpointProperty.HostAndPort);

        IResourceBuilder<ExecutableResource> prometheus = builder
            .AddExecutable(name, program, folder)
            .WithHttpEndpoint(9090, name: Resources.Http);
        EndpointReference itself = prometheus.GetEndpoint(Resources.Http);
        return prometheus
            .WithArgs(async context =>
            {
                string text = await File.ReadAllTextAsync(builder.Deploy("prometheus", "prometheus.yml"), context.CancellationToken);
                string? gatewayAddress = await address.GetValueAsync(context.CancellationToken);
                string? ownAddress = await itself.Property(EndpointProperty.HostAndPort).GetValueAsync(context.CancellationToken);
                await File.WriteAllTextAsync(
                    file, PrometheusConfig.ForHost(text, gatewayAddress!, ownAddress!, builder.Deploy("prometheus", "rules")), context.CancellationToken);
            })
            .WithArgs($"--config.file={file}", $"--storage.tsdb.path={Path.Combine(folder, "data")}")
            .WithArgs(ReferenceExpression.Create($"--web.listen-address=127.0.0.1:{itself.Property(EndpointProperty.TargetPort)}"))
            .WithReferenceRelationship(gateway)
            .WithHttpHealthCheck("/-/healthy")
            .WithUrlForEndpoint(Resources.Http, url => url.DisplayText = "Prometheus")
            .WithUrlForEndpoint(Resources.Http, _ => new() { Url = "/alerts", DisplayText = "Alerts" });
    }

    private sealed class FolderOfThisRun(string folder, IHostApplicationLifetime lifetime) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStopped.Register(() => Directory.Delete(folder, recursive: true));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
