using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests;

[Collection(SharedNetwork.Name)]
public sealed class NameTests(NetworkFixture fixture)
{
    [SkippableFact]
    public async Task Resolve_OfAKnownName_AnswersWhatTheExitSees()
    {
        ClientProcess client = await fixture.ClientAsync();
        int before = fixture.Network.DnsQueries;

        Assert.Equal("127.0.0.1", await SocksClient.ResolveAsync(client.Socks, "resolved.test"));

        Assert.True(fixture.Network.DnsQueries > before, "No exit asked its name server.");
    }

    [SkippableFact]
    public async Task ResolvePtr_OfAnAddress_AnswersItsName()
    {
        ClientProcess client = await fixture.ClientAsync();

        Assert.Equal("reverse.test", await SocksClient.ResolvePtrAsync(client.Socks, "203.0.113.5"));
    }

    [SkippableFact]
    public async Task Resolve_OfAnUnknownName_SaysHostUnreachable()
    {
        ClientProcess client = await fixture.ClientAsync();

        SocksRefusedException refused = await Assert.ThrowsAsync<SocksRefusedException>(
            () => SocksClient.ResolveAsync(client.Socks, "nx.unknown.test"));

        Assert.Equal(4, refused.Reply); // host unreachable
    }

    [SkippableFact]
    public async Task Connect_ToAnUnknownName_SaysHostUnreachable()
    {
        ClientProcess client = await fixture.ClientAsync();

        SocksRefusedException refused = await Assert.ThrowsAsync<SocksRefusedException>(
            () => SocksClient.ConnectAsync(client.Socks, "nx.unknown.test", 80));

        Assert.Equal(4, refused.Reply);
    }
}
