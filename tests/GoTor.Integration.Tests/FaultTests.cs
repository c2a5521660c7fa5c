using System.Net.Sockets;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests;

/// <summary>Relays that crash, hang and come back.</summary>
[Collection(FaultyNetwork.Name)]
public sealed class FaultTests(NetworkFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [SkippableFact]
    public async Task ExitKilled_MidStream_EndsTheStreamAndANewOneWorks()
    {
        ClientProcess client = await fixture.ClientAsync();
        await using TargetServer target = new();
        using Socket stream = await SocksClient.ConnectAsync(client.Socks, "127.0.0.1", target.EchoPort, "victim");
        ExitStream[] atExit = await RelayWatch.StreamsAsync(fixture.Network, [target.EchoPort], expected: 1);
        TestRelay exit = fixture.Network[atExit[0].Exit];

        try
        {
            await exit.KillAsync();

            await AssertEndsAsync(stream, TimeSpan.FromSeconds(10));
            await EventuallyFetchesAsync(client, "victim");
        }
        finally
        {
            await exit.RestartAsync();
        }
    }

    [SkippableFact]
    public async Task GuardKilled_MidStream_EndsTheStreamAndAnotherGuardServes()
    {
        await using ClientProcess client = await fixture.StartAsync();
        using Socket stream = await SocksClient.ConnectAsync(client.Socks, "127.0.0.1", fixture.Network.Target.EchoPort);
        TestRelay[] guards = GuardsOf(client);
        Assert.NotEmpty(guards);

        try
        {
            await Task.WhenAll(guards.Take(3).Select(guard => guard.KillAsync()));

            await AssertEndsAsync(stream, TimeSpan.FromSeconds(10));
            await EventuallyFetchesAsync(client);
        }
        finally
        {
            await Task.WhenAll(guards.Take(3).Select(guard => guard.RestartAsync()));
        }
    }

    [SkippableFact]
    public async Task AllGuards_DownAndBack_TheSameServeAgain()
    {
        await using ClientProcess client = await fixture.StartAsync();
        await Fetch.BytesAsync(client.Socks, fixture.Network.Target, 1000);
        TestRelay[] guards = [.. fixture.Network.Having(TestRelayRole.Relay)];

        await Task.WhenAll(guards.Select(guard => guard.KillAsync()));
        using CancellationTokenSource impatient = new(TimeSpan.FromSeconds(8));
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(
            () => Fetch.BytesAsync(client.Socks, fixture.Network.Target, 1000, "during", cancel: impatient.Token));
        Assert.True(refused is IOException or OperationCanceledException, refused.ToString());
        await Task.WhenAll(guards.Select(guard => guard.RestartAsync()));

        await EventuallyFetchesAsync(client, "after");
        Assert.NotEmpty(GuardsOf(client));
    }

    [SkippableFact]
    public async Task GuardsFrozen_WithTheirConnectionsOpen_AnotherServes()
    {
        // Before it has learned how long circuits take, a client waits a minute for each, like C tor.
        await using ClientProcess client = await fixture.StartAsync("LearnCircuitBuildTimeout 0", "CircuitBuildTimeout 5 seconds");
        await Fetch.BytesAsync(client.Socks, fixture.Network.Target, 1000);
        TestRelay[] guards = [.. GuardsOf(client).Take(2)];

        guards.ToList().ForEach(guard => guard.Freeze());
        try
        {
            await EventuallyFetchesAsync(client, "thawing");
        }
        finally
        {
            guards.ToList().ForEach(guard => guard.Thaw());
        }
    }

    [SkippableFact]
    public async Task AllRelays_FrozenAndThawed_ServeAgain()
    {
        ClientProcess client = await fixture.ClientAsync();

        fixture.Network.Relays.ToList().ForEach(relay => relay.Freeze());
        await Task.Delay(TimeSpan.FromSeconds(5));
        fixture.Network.Relays.ToList().ForEach(relay => relay.Thaw());

        await EventuallyFetchesAsync(client, "thawed");
    }

    private TestRelay[] GuardsOf(ClientProcess client) =>
        [.. fixture.Network.Having(TestRelayRole.Relay).IntersectBy(SocketTable.Peers(client.Process.Id), relay => relay.OrPort)];

    private static async Task AssertEndsAsync(Socket stream, TimeSpan limit)
    {
        using CancellationTokenSource late = new(limit);
        try
        {
            Assert.Equal(0, await stream.ReceiveAsync(new byte[100], late.Token));
        }
        catch (SocketException)
        {
            // Reset: that is an end too.
        }
    }

    private async Task EventuallyFetchesAsync(ClientProcess client, string? user = null)
    {
        using CancellationTokenSource limit = new(Patience);
        while (true)
        {
            try
            {
                await Fetch.BytesAsync(client.Socks, fixture.Network.Target, 1000, user, cancel: limit.Token);
                return;
            }
            catch (Exception e) when (e is IOException or SocketException && !limit.IsCancellationRequested)
            {
                await Task.Delay(200, limit.Token);
            }
        }
    }
}
