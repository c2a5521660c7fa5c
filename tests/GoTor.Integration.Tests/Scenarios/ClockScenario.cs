using System.Diagnostics.Metrics;
using GoTor.Client;
using GoTor.Node.Configuration;
using GoTor.Protocol.Crypto;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Integration.Tests.Scenarios;

/// <summary>A client whose clock is wrong takes the network's consensus, cached or fetched, for one of another time.</summary>
public abstract class ClockScenario(TestNetwork network)
{
    [SkippableTheory]
    [InlineData(36)]
    [InlineData(-36)]
    public async Task Consensus_OfAnotherTime_IsRefusedFromCacheAndFromTheNetwork(int hoursOff)
    {
        string folder = network.NewFolder("client");
        await using (ClientProcess first = await network.StartInAsync(folder))
            await first.StopAsync();
        int before = network.DirectoryRequests;

        ConfigurationResult configuration = ConfigurationFiles.Load(CommandLine.Parse(["-f", Path.Combine(folder, "torrc")]));
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using TorClient client = TorClient.Open(
            configuration.Configuration!.Client, NullLoggerFactory.Instance, services.GetRequiredService<IMeterFactory>(),
            new WrongClock(TimeSpan.FromHours(hoursOff)), TorRandom.Secure);
        client.Start();

        // It has asked again after it got the network's consensus, and told the user why.
        await Wait.UntilAsync(
            () => network.DirectoryRequests >= before + 2 && client.Bootstrap.Current.Warning is not null,
            TimeSpan.FromSeconds(60),
            () => $"{client.Bootstrap.Current} after {network.DirectoryRequests - before} requests.");
        Assert.True(client.Bootstrap.Current.Percent < (int)BootstrapPhase.EnoughDirectoryInfo, client.Bootstrap.Current.ToString());
        Assert.Contains("clock", client.Bootstrap.Current.Warning, StringComparison.Ordinal);
    }

    private sealed class WrongClock(TimeSpan off) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + off;
    }
}

[Collection(OnSandbox.Name)]
public sealed class ClockOnSandboxTests(SandboxNetwork network) : ClockScenario(network);

[Collection(OnCTor.Name)]
public sealed class ClockOnCTorTests(CTorNetwork network) : ClockScenario(network);
