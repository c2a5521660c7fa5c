using GoTor.Protocol.Documents;
using GoTor.Sandbox.Faults;
using GoTor.Sandbox.Links;
using GoTor.Sandbox.Relays;
using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests;

/// <summary>Each fault does what it says, and our client gets through or fails closed.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task KilledMiddle_IsWalkedAround_AndComesBack()
    {
        await using Setup setup = await Setup.StartAsync(output);
        RelayFaults middle = setup.Network.Faults("middle0");

        await middle.KillAsync();
        for (int i = 0; i < 5; i++)
            await setup.FetchAsync($"without-{i}");
        middle.Restart();

        await setup.FetchAsync("with");
        Assert.Equal(9, setup.Network.Nicknames.Count);
    }

    [Fact]
    public async Task DroppedLinks_CostCircuits_AndNewOnesAreBuilt()
    {
        await using Setup setup = await Setup.StartAsync(output);

        foreach (string relay in setup.Network.Nicknames)
            setup.Network.Faults(relay).DropLinks();

        await setup.FetchAsync("after");
    }

    [Fact]
    public async Task FrozenExit_IsGivenUp_ForAnother()
    {
        await using Setup setup = await Setup.StartAsync(output, options => options with { CircuitBuildTimeout = TimeSpan.FromSeconds(2) });

        setup.Network.Faults("exit0").Freeze();
        try
        {
            for (int i = 0; i < 4; i++)
                await setup.FetchAsync($"frozen-{i}");
        }
        finally
        {
            setup.Network.Faults("exit0").Thaw();
        }
    }

    [Fact]
    public async Task RefusingExit_IsLeft_ForOneThatTakesTheStream()
    {
        await using Setup setup = await Setup.StartAsync(output);

        setup.Network.Faults("exit0").RefusesStreams = true;

        for (int i = 0; i < 4; i++)
            await setup.FetchAsync($"refused-{i}");
    }

    [Fact]
    public async Task Latency_OfAGuard_DelaysTheFirstByte()
    {
        await using Setup setup = await Setup.StartAsync(output);
        TimeSpan latency = TimeSpan.FromMilliseconds(200);
        await setup.FetchAsync("latency");
        foreach (string relay in setup.Network.Nicknames.Where(name => name.StartsWith("guard", StringComparison.Ordinal)))
            setup.Network.Faults(relay).Latency = latency;

        FetchTimes times = await setup.FetchAsync("latency");

        // CONNECTED and the first bytes come back one after the other.
        Assert.True(times.FirstByte >= 2 * latency, $"The first byte came after {times.FirstByte}.");
    }

    [Fact]
    public async Task Bandwidth_OfAnExit_IsTheDownloads()
    {
        await using Setup setup = await Setup.StartAsync(output);
        foreach (string relay in setup.Network.Nicknames.Where(name => name.StartsWith("exit", StringComparison.Ordinal)))
            setup.Network.Faults(relay).BytesPerSecond = 200_000;

        FetchTimes times = await setup.FetchAsync("slow", 300_000);

        Assert.True(times.Total > TimeSpan.FromSeconds(1), $"300 kB at 200 kB/s took {times.Total}.");
    }

    [Fact]
    public async Task Latency_OfALink_IsThatLinksAlone()
    {
        await using Setup setup = await Setup.StartAsync(output, OnePath);
        TimeSpan latency = TimeSpan.FromMilliseconds(300);
        await setup.FetchAsync("latency");

        setup.Network.Link("middle0", "guard0").Latency = latency;

        FetchTimes times = await setup.FetchAsync("latency");

        // There and back, for CONNECTED and for the first bytes.
        Assert.True(times.FirstByte >= 4 * latency, $"The first byte came after {times.FirstByte}.");
        SandboxRelay middle = setup.Network.Relays.First(relay => relay.Nickname == "middle0");
        RelayLink link = Assert.Single(middle.Links, link => link.PeerNickname == "exit0");
        Assert.Null(middle.LinkFaults(link));
    }

    [Fact]
    public async Task Bandwidth_OfALink_IsTheDownloads()
    {
        await using Setup setup = await Setup.StartAsync(output, OnePath);
        setup.Network.Link("guard0", "middle0").BytesPerSecond = 200_000;

        FetchTimes times = await setup.FetchAsync("slow", 300_000);

        Assert.True(times.Total > TimeSpan.FromSeconds(1), $"300 kB at 200 kB/s took {times.Total}.");
    }

    [Fact]
    public async Task LostConnection_OfTwoRelays_CostsItsCircuits_AndIsMadeAgain()
    {
        await using Setup setup = await Setup.StartAsync(output, OnePath);
        await setup.FetchAsync("before");
        SandboxRelay guard = setup.Network.Relays.First(relay => relay.Nickname == "guard0");
        RelayLink before = Assert.Single(guard.Links, link => link.PeerNickname == "middle0");

        setup.Network.Link("middle0", "guard0").Drop();

        await Wait.UntilAsync(() => !guard.Links.Contains(before), Patience, () => "The connection is still there.");
        await setup.FetchAsync("after");
        Assert.Contains(guard.Links, link => link.PeerNickname == "middle0");
        // The client's own connection was none of it.
        Assert.Contains(guard.Links, link => !link.IsInitiator);
    }

    [Fact]
    public async Task Link_OfNoSuchRelays_IsRefused()
    {
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 1 });

        Assert.Throws<ArgumentException>(() => network.Link("guard0", "guard99"));
        Assert.Throws<ArgumentException>(() => network.Link("guard0", "guard0"));
    }

    [Theory]
    [InlineData(GarbageStep.Tls)]
    [InlineData(GarbageStep.Versions)]
    [InlineData(GarbageStep.Certs)]
    [InlineData(GarbageStep.Created)]
    [InlineData(GarbageStep.Directory)]
    public async Task GarbageOfAGuard_FromTheStart_DoesNotKeepTheClientOut(GarbageStep step)
    {
        using var logs = new OutputLogs(output);
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 1, Loggers = logs });
        await using var target = new TargetServer();
        network.Faults("guard0").Garbage = step;
        network.Faults("guard1").Garbage = step;

        await using SandboxClient client = await SandboxClient.StartAsync(network, loggers: logs);
        await client.BootstrappedAsync().WaitAsync(Patience);

        await Fetch.BytesAsync(client.Socks, target, 10_000).WaitAsync(Patience);
    }

    [Fact]
    public async Task GarbageOfAnExit_OnOpenCircuits_IsLeftForAnother()
    {
        await using Setup setup = await Setup.StartAsync(output);

        setup.Network.Faults("exit0").Garbage = GarbageStep.Relay;

        for (int i = 0; i < 3; i++)
            await setup.FetchAsync($"garbage-{i}");
    }

    [Fact]
    public async Task ExpiredConsensus_KeepsTheClientOut_UntilThereIsAGoodOne()
    {
        using var logs = new OutputLogs(output);
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 1, Loggers = logs });
        network.PublishConsensus(TimeSpan.FromDays(-3));

        await using SandboxClient client = await SandboxClient.StartAsync(network, loggers: logs);
        await Assert.ThrowsAsync<TimeoutException>(() => client.BootstrappedAsync().WaitAsync(TimeSpan.FromSeconds(3)));
        network.PublishConsensus(TimeSpan.Zero);

        await client.BootstrappedAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task Directory_OfTheNextPublication_ServesDiffsThatLeadToIt()
    {
        await using TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 1 });
        byte[] before = network.Archive.Current!.Microdesc.Document.Plain.ToArray();

        network.PublishConsensus(TimeSpan.FromSeconds(1));

        Directories.PublishedConsensus after = network.Archive.Current!.Microdesc;
        byte[] diff = after.DiffsFrom[Convert.ToHexString(ConsensusDigest.OfSignedPart(before))].Plain.ToArray();
        Assert.Equal(after.Document.Plain.ToArray(), ConsensusDiff.Apply(before, diff));
        Assert.True(diff.Length < after.Document.Plain.Length / 2, $"A diff of {diff.Length} bytes.");
    }

    private static GoTor.Client.TorClientOptions OnePath(GoTor.Client.TorClientOptions options) => options with
    {
        ExcludeNodes = "authority0,guard1,guard2,middle1,exit1,exit2",
        LearnCircuitBuildTimeout = false,
    };

    /// <summary>A network of nine relays, a client and a target.</summary>
    private sealed class Setup : IAsyncDisposable
    {
        private readonly OutputLogs _logs;
        private readonly TargetServer _target = new();

        private Setup(OutputLogs logs, TorSandbox network, SandboxClient client) => (_logs, Network, Client) = (logs, network, client);

        public TorSandbox Network { get; }

        public SandboxClient Client { get; }

        public static async Task<Setup> StartAsync(
            ITestOutputHelper output, Func<GoTor.Client.TorClientOptions, GoTor.Client.TorClientOptions>? change = null)
        {
            var logs = new OutputLogs(output);
            TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 1, Loggers = logs });
            SandboxClient client = await SandboxClient.StartAsync(network, change, logs);
            await client.BootstrappedAsync().WaitAsync(Patience);
            return new Setup(logs, network, client);
        }

        /// <param name="user">Whoever shares it may share a circuit.</param>
        public Task<FetchTimes> FetchAsync(string user, int length = 10_000) =>
            Fetch.BytesAsync(Client.Socks, _target, length, user).WaitAsync(Patience);

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await _target.DisposeAsync();
            await Network.DisposeAsync();
            _logs.Dispose();
        }
    }
}
