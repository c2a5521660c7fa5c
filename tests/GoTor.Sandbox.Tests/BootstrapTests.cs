using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests;

public sealed class BootstrapTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task OurClient_InTheSmallestNetwork_FetchesThroughThreeHops()
    {
        using var logs = new OutputLogs(output);
        await using TorSandbox network = await TorSandbox.StartAsync(
            new TorSandboxOptions { Authorities = 1, Guards = 1, Middles = 1, Exits = 1, Loggers = logs });
        await using SandboxClient client = await SandboxClient.StartAsync(network, loggers: logs);
        await using var target = new TargetServer();
        using var patience = new CancellationTokenSource(Patience);

        await client.BootstrappedAsync(patience.Token);
        await Fetch.BytesAsync(client.Socks, target, 300_000, cancel: patience.Token);
        await Fetch.UploadAsync(client.Socks, target, 600_000, cancel: patience.Token);
    }
}
