using System.Diagnostics;
using System.Globalization;
using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using GoTor.Integration.Tests.Observability;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GoTor.AppHost.Tests;

/// <summary>The AppHost as a user starts it, with the profile "sandbox" and the torrc of a private network, on ports of the system's choice.</summary>
public sealed class AspireSystem : IAsyncLifetime, IObservedSystem
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private PrivateTorNetwork? _network;
    private DistributedApplication? _application;
    private HttpClient? _gateway;

    TargetServer IObservedSystem.Target
    {
        get
        {
            Skip.If(PrivateTorNetwork.WhyNot is not null, PrivateTorNetwork.WhyNot);
            return _network!.Target;
        }
    }

    HttpClient IObservedSystem.Gateway => _gateway!;

    IPEndPoint IObservedSystem.Socks =>
        new(IPAddress.Loopback, Application.GetEndpoint(IObservedSystem.Node, Resources.Socks).Port);

    /// <summary>The running application.</summary>
    public DistributedApplication Application
    {
        get
        {
            Skip.If(PrivateTorNetwork.WhyNot is not null, PrivateTorNetwork.WhyNot);
            return _application!;
        }
    }

    public async Task InitializeAsync()
    {
        if (PrivateTorNetwork.WhyNot is not null)
            return;
        _network = await PrivateTorNetwork.StartAsync(new() { VotingInterval = TimeSpan.FromMinutes(30) });
        string folder = _network.NewFolder("client");
        string torrc = Path.Combine(folder, "torrc");
        await File.WriteAllLinesAsync(torrc, [$"DataDirectory {Path.Combine(folder, "data")}", .. _network.ClientTorrcLines]);

        IDistributedApplicationTestingBuilder builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.GoTor_AppHost>(
            [$"--{NodeNetwork.NameVariable}={NodeNetwork.Sandbox}", $"--{NodeNetwork.TorrcVariable}={torrc}"]);
        _application = await builder.BuildAsync();
        await _application.StartAsync().WaitAsync(Limit);
        _gateway = new HttpClient { BaseAddress = _application.GetEndpoint("gateway", Resources.Http), Timeout = TimeSpan.FromSeconds(10) };
        await HealthyAsync("gateway");
        await HealthyAsync(IObservedSystem.Node);
    }

    Task IObservedSystem.KillNodeAsync() => KillAsync(IObservedSystem.Node);

    async Task IObservedSystem.StopNodeAsync()
    {
        ExecuteCommandResult stopped = await Application.ResourceCommands.ExecuteCommandAsync(IObservedSystem.Node, KnownResourceCommands.StopCommand);
        Assert.True(stopped.Success);
        await Application.ResourceNotifications.WaitForResourceAsync(IObservedSystem.Node, KnownResourceStates.TerminalStates).WaitAsync(Limit);
    }

    Task IObservedSystem.StartNodeAsync() => StartAsync(IObservedSystem.Node);

    Task IObservedSystem.KillGatewayAsync() => KillAsync("gateway");

    Task IObservedSystem.StartGatewayAsync() => StartAsync("gateway");

    /// <summary>Waits until Aspire calls a resource healthy.</summary>
    public Task<ResourceEvent> HealthyAsync(string resource) =>
        Application.ResourceNotifications.WaitForResourceAsync(resource, Is(HealthStatus.Healthy)).WaitAsync(Limit);

    public async Task DisposeAsync()
    {
        _gateway?.Dispose();
        if (_application is not null)
            await _application.DisposeAsync();
        if (_network is not null)
            await _network.DisposeAsync();
    }

    private static Func<ResourceEvent, bool> Is(HealthStatus health) =>
        state => state.Snapshot.State?.Text == KnownResourceStates.Running && state.Snapshot.HealthStatus == health;

    /// <summary>Kills what Aspire started and all that it started in turn: Aspire runs a project by way of the SDK.</summary>
    private async Task KillAsync(string resource)
    {
        ResourceEvent running = await Application.ResourceNotifications.WaitForResourceAsync(resource, _ => true);
        object? id = running.Snapshot.Properties.First(property => property.Name == "executable.pid").Value;
        using (Process process = Process.GetProcessById(Convert.ToInt32(id, CultureInfo.InvariantCulture)))
            process.Kill(entireProcessTree: true);
        await Application.ResourceNotifications.WaitForResourceAsync(resource, KnownResourceStates.TerminalStates).WaitAsync(Limit);
    }

    private async Task StartAsync(string resource)
    {
        ExecuteCommandResult started = await Application.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand);
        Assert.True(started.Success);
        await HealthyAsync(resource);
    }
}
