using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Scenarios;

public abstract class NameScenario(TestNetwork network)
{
    [SkippableFact]
    public async Task Resolve_OfAKnownName_AnswersWhatTheExitSees()
    {
        ClientProcess client = await network.ClientAsync();
        int before = network.NameLookups;

        Assert.Equal("127.0.0.1", await SocksClient.ResolveAsync(client.Socks, "resolved.test"));

        Assert.True(network.NameLookups > before, "No exit asked its name server.");
    }

    [SkippableFact]
    public async Task ResolvePtr_OfAnAddress_AnswersItsName()
    {
        ClientProcess client = await network.ClientAsync();

        Assert.Equal("reverse.test", await SocksClient.ResolvePtrAsync(client.Socks, network.ReverseAddress));
    }

    [SkippableFact]
    public async Task Resolve_OfAnUnknownName_SaysHostUnreachable()
    {
        ClientProcess client = await network.ClientAsync();

        SocksRefusedException refused = await Assert.ThrowsAsync<SocksRefusedException>(
            () => SocksClient.ResolveAsync(client.Socks, "nx.unknown.test"));

        Assert.Equal(4, refused.Reply); // host unreachable
    }

    [SkippableFact]
    public async Task Connect_ToAnUnknownName_SaysHostUnreachable()
    {
        ClientProcess client = await network.ClientAsync();

        SocksRefusedException refused = await Assert.ThrowsAsync<SocksRefusedException>(
            () => SocksClient.ConnectAsync(client.Socks, "nx.unknown.test", 80));

        Assert.Equal(4, refused.Reply);
    }
}

[Collection(OnSandbox.Name)]
public sealed class NameOnSandboxTests(SandboxNetwork network) : NameScenario(network);

[Collection(OnCTor.Name)]
public sealed class NameOnCTorTests(CTorNetwork network) : NameScenario(network);
