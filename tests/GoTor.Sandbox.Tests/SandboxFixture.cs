using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;

namespace GoTor.Sandbox.Tests;

/// <summary>Tests that leave the network as it was share one, with a client of ours and something to talk to.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public TorSandbox Network { get; private set; } = null!;

    internal SandboxClient Client { get; private set; } = null!;

    internal TargetServer Target { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Network = await TorSandbox.StartAsync();
        Target = new TargetServer();
        Client = await SandboxClient.StartAsync(Network);
        await Client.BootstrappedAsync().WaitAsync(Patience);
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await Target.DisposeAsync();
        await Network.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class SharedSandbox : ICollectionFixture<SandboxFixture>
{
    public const string Name = "sandbox";
}
