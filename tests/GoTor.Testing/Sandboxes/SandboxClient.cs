using System.Diagnostics.Metrics;
using System.Net;
using GoTor.Client;
using GoTor.Client.Proxies;
using GoTor.Protocol.Crypto;
using GoTor.Sandbox;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Testing.Sandboxes;

/// <summary>A client of ours in a sandbox, with a SOCKS port and a data directory of its own that goes with it.</summary>
internal sealed class SandboxClient : IAsyncDisposable
{
    private readonly string _folder;
    private readonly ServiceProvider _services;
    private readonly SocksServer _socks;

    private SandboxClient(string folder, TorClientOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _folder = folder;
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        Client = TorClient.Open(options, loggers, _services.GetRequiredService<IMeterFactory>(), time, TorRandom.Secure);
        _socks = Client.CreateSocksServer();
    }

    public TorClient Client { get; }

    public IPEndPoint Socks { get; private set; } = new(IPAddress.None, 0);

    public static async Task<SandboxClient> StartAsync(
        TorSandbox network, Func<TorClientOptions, TorClientOptions>? change = null, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        string folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-sandbox-{Guid.NewGuid():n}"));
        TorClientOptions options = TorClientOptions.For(network.ClientOptions, folder);
        var client = new SandboxClient(folder, change?.Invoke(options) ?? options, loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System);
        await client._socks.StartAsync([SocksPortOptions.Parse("127.0.0.1:auto")]);
        client.Socks = (IPEndPoint)client._socks.LocalEndPoints[0];
        client.Client.Start();
        return client;
    }

    public Task BootstrappedAsync(CancellationToken cancellationToken = default) => Client.Bootstrap.Done.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _socks.DisposeAsync();
        await Client.DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
