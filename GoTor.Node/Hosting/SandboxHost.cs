using GoTor.Node.Configuration;
using GoTor.Sandbox;
using Microsoft.Extensions.Logging;

namespace GoTor.Node.Hosting;

/// <summary>The network inside the node, and the folder of its client, which goes with it.</summary>
internal sealed class SandboxHost : IAsyncDisposable
{
    private readonly TorSandbox _network;
    private readonly DirectoryInfo _folder;

    private SandboxHost(TorSandbox network, DirectoryInfo folder) => (_network, _folder) = (network, folder);

    /// <returns>Null when the configuration asks for none.</returns>
    public static async Task<SandboxHost?> StartAsync(NodeConfiguration configuration, ILoggerFactory loggers)
    {
        if (configuration.Sandbox is null)
            return null;
        TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Loggers = loggers, Dashboard = DashboardOf(configuration) });
        NodeLog.Sandbox(loggers.CreateLogger("Node"), network.Relays.Count);
        return new SandboxHost(network, Directory.CreateTempSubdirectory("gotor-sandbox-"));
    }

    /// <summary>The same configuration for a client of this network, and of no other.</summary>
    public NodeConfiguration Join(NodeConfiguration configuration) => configuration with
    {
        Sandbox = configuration.Sandbox ?? new SandboxSettings(),
        Client = configuration.Client.Join(_network.ClientOptions) with { DataDirectory = _folder.FullName, CacheDirectory = null },
    };

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _network.DisposeAsync();
        }
        finally
        {
            _folder.Delete(recursive: true);
        }
    }

    /// <summary>The page of a gateway that this node starts; of another one we know the address for reports only.</summary>
    private static Uri? DashboardOf(NodeConfiguration configuration) =>
        configuration.Metrics is { Gateway: null } metrics ? new Uri($"http://{metrics.HttpAddress}/") : null;
}
