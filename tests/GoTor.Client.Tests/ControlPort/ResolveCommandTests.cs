using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;

namespace GoTor.Client.Tests.ControlPort;

public class ResolveCommandTests
{
    [Theory]
    [InlineData("xyz.onion")]
    [InlineData("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion")]
    [InlineData("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion.")]
    [InlineData("example.com.mullein.exit")]
    [InlineData("127.192.0.1")]
    [InlineData("exa!mple.com")]
    [InlineData("mode=reverse 192.168.1.5")]
    [InlineData("mode=reverse example.com")]
    public async Task Lookup_ThatApplicationsAreRefused_NeverReachesAnExit(string lookup)
    {
        await using CommandHarness harness = await CommandHarness.StartAsync();
        Assert.Equal("250 OK", await harness.SendAsync("SETEVENTS ADDRMAP"));
        Assert.Equal("250 OK", await harness.SendAsync($"RESOLVE {lookup}"));
        Assert.StartsWith($"650 ADDRMAP {lookup.Split(' ')[^1]} <error> ", await harness.ReadAsync(), StringComparison.Ordinal);
        Assert.Empty(harness.Tor.Requests);
    }

    [Fact]
    public async Task Address_IsItsOwnAnswer()
    {
        await using CommandHarness harness = await CommandHarness.StartAsync();
        Assert.Equal("250 OK", await harness.SendAsync("SETEVENTS ADDRMAP"));
        Assert.Equal("250 OK", await harness.SendAsync("RESOLVE 192.168.1.5"));
        Assert.StartsWith("650 ADDRMAP 192.168.1.5 192.168.1.5 ", await harness.ReadAsync(), StringComparison.Ordinal);
        Assert.Empty(harness.Tor.Requests);
    }

    [Fact]
    public async Task MappedName_IsLookedUpAsItsTarget()
    {
        await using CommandHarness harness = await CommandHarness.StartAsync(
            options => options with { AddressMap = new AddressMapOptions { MapAddresses = [("here.example", "there.example")] } });
        Assert.Equal("250 OK", await harness.SendAsync("SETEVENTS ADDRMAP"));
        Assert.Equal("250 OK", await harness.SendAsync("RESOLVE here.example"));
        Assert.StartsWith("650 ADDRMAP here.example 192.0.2.7 ", await harness.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal("there.example", Assert.Single(harness.Tor.Requests).Host);
    }

    [Fact]
    public async Task Exit_NamesAnAddressOfOurNetwork_ItIsNotPassedOn()
    {
        await using CommandHarness harness = await CommandHarness.StartAsync();
        harness.Tor.OnResolve = _ => Task.FromResult(new ResolveAnswer([System.Net.IPAddress.Parse("10.0.0.1")], null, TimeSpan.FromMinutes(1)));
        Assert.Equal("250 OK", await harness.SendAsync("SETEVENTS ADDRMAP"));
        Assert.Equal("250 OK", await harness.SendAsync("RESOLVE rebound.example"));
        Assert.StartsWith("650 ADDRMAP rebound.example <error> ", await harness.ReadAsync(), StringComparison.Ordinal);
    }
}
