using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;

namespace GoTor.Sandbox.Tests;

/// <summary>Many of something.</summary>
public sealed class ScaleTests
{
    [Fact]
    public async Task TwoHundredRelays_StartAndCarry()
    {
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Guards = 60, Middles = 77, Exits = 60 });
        await using SandboxClient client = await SandboxClient.StartAsync(network);
        await using var target = new TargetServer();

        await client.BootstrappedAsync().WaitAsync(SandboxFixture.Patience);
        await Fetch.BytesAsync(client.Socks, target, 100_000).WaitAsync(SandboxFixture.Patience);

        Assert.Equal(200, network.Relays.Count);
    }

    [Fact]
    public async Task EndedNetwork_LeavesNoPortOpen()
    {
        TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 1, Guards = 1, Middles = 1, Exits = 1 });
        int[] ports = [.. network.Relays.Select(relay => relay.Address.OrPort.Port)];
        await using (SandboxClient client = await SandboxClient.StartAsync(network))
            await client.BootstrappedAsync().WaitAsync(SandboxFixture.Patience);

        await network.DisposeAsync();

        int[] listening = [.. System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(end => end.Port)];
        Assert.Empty(ports.Intersect(listening));
    }

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 2, 1)]
    [InlineData(1, 1, 2, 0)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(10, 1, 1, 1)]
    public async Task Options_OfNoNetwork_AreRefused(int authorities, int guards, int middles, int exits) =>
        await Assert.ThrowsAsync<ArgumentException>(() => TorSandbox.StartAsync(
            new TorSandboxOptions { Authorities = authorities, Guards = guards, Middles = middles, Exits = exits }));

    [Fact]
    public async Task Hosts_OutsideOfThisMachine_AreRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => TorSandbox.StartAsync(
            new TorSandboxOptions { Hosts = new Dictionary<string, System.Net.IPAddress> { ["far"] = new([192, 0, 2, 1]) } }));
}
