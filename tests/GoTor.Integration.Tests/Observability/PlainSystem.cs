using System.Net;
using System.Security.Cryptography;
using GoTor.Sandbox;
using GoTor.Testing;
using GoTor.Testing.PrivateNetwork;
using Xunit.Abstractions;

namespace GoTor.Integration.Tests.Observability;

/// <summary>The system as two processes that a test starts itself: what the AppHost and compose do, without either.</summary>
public sealed class PlainSystem : IAsyncLifetime, IObservedSystem
{
    private readonly TargetServer _target = new();
    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-{Guid.NewGuid():n}"));
    private TorSandbox? _network;
    private ChildProcess? _gateway;
    private ClientProcess? _node;
    private IPEndPoint _reports = new(IPAddress.None, 0);
    private HttpClient? _client;

    TargetServer IObservedSystem.Target => _target;

    HttpClient IObservedSystem.Gateway => _client!;

    IPEndPoint IObservedSystem.Socks => _node!.Socks;

    private string TokenFile => Path.Combine(_folder, "token");

    public async Task InitializeAsync()
    {
        _network = await TorSandbox.StartAsync();
        await File.WriteAllTextAsync(TokenFile, Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));
        // The node looks for the gateway where it was, so a new process has to take the old one's ports.
        _reports = PortFinder.Free(IPAddress.Loopback);
        _client = new HttpClient { BaseAddress = new Uri($"http://{PortFinder.Free(IPAddress.Loopback)}"), Timeout = TimeSpan.FromSeconds(10) };
        await ((IObservedSystem)this).StartGatewayAsync();
        await ((IObservedSystem)this).StartNodeAsync();
    }

    Task IObservedSystem.KillNodeAsync() => _node!.Process.KillAsync();

    Task IObservedSystem.StopNodeAsync() => _node!.StopAsync();

    async Task IObservedSystem.StartNodeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _node = await ClientProcess.StartAsync(
            ClientProgram.GoTor, _folder,
            [.. _network!.ClientTorrc, $"MetricsGateway {_reports}", $"MetricsTokenFile {TokenFile}", $"MetricsNodeName {IObservedSystem.Node}"]);
    }

    Task IObservedSystem.KillGatewayAsync() => _gateway!.KillAsync();

    async Task IObservedSystem.StartGatewayAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        _gateway = ChildProcess.Start(
            DotnetHost.Path, "exec", ClientProgram.Built("GoTor.MetricsGateway"),
            $"--Gateway:HttpAddress={_client!.BaseAddress!.Authority}", $"--Gateway:GrpcAddress={_reports}", $"--Gateway:TokenFile={TokenFile}");
        await _gateway.LineAsync(line => line.StartsWith("Listening:", StringComparison.Ordinal)).WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        _client?.Dispose();
        if (_network is not null)
            await _network.DisposeAsync();
        await _target.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The scenario on plain processes, which run everywhere.</summary>
public sealed class PlainSystemTests(PlainSystem system, ITestOutputHelper output) : SystemScenario(output), IClassFixture<PlainSystem>
{
    private protected override IObservedSystem Observed => system;
}
