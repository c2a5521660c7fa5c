using System.Net.Sockets;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Scenarios;

/// <summary>Relays that crash, hang and come back.</summary>
public abstract class FaultScenario(TestNetwork network)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [SkippableFact]
    public async Task ExitKilled_MidStream_EndsTheStreamAndANewOneWorks()
    {
        ClientProcess client = await network.ClientAsync();
        await using TargetServer target = new();
        using Socket stream = await SocksClient.ConnectAsync(client.Socks, "127.0.0.1", target.EchoPort, "victim");
        ExitStream[] atExit = await network.StreamsAsync([target.EchoPort], expected: 1);
        IFaultyRelay exit = network.Relays.Single(relay => relay.Name == atExit[^1].Exit);

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
        await using ClientProcess client = await network.StartAsync();
        using Socket stream = await SocksClient.ConnectAsync(client.Socks, "127.0.0.1", network.Target.EchoPort);
        IFaultyRelay[] guards = GuardsOf(client);
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
        await using ClientProcess client = await network.StartAsync();
        await Fetch.BytesAsync(client.Socks, network.Target, 1000);
        IFaultyRelay[] guards = [.. network.Guards];

        await Task.WhenAll(guards.Select(guard => guard.KillAsync()));
        using CancellationTokenSource impatient = new(TimeSpan.FromSeconds(3));
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(
            () => Fetch.BytesAsync(client.Socks, network.Target, 1000, "during", cancel: impatient.Token));
        Assert.True(refused is IOException or OperationCanceledException, refused.ToString());
        await Task.WhenAll(guards.Select(guard => guard.RestartAsync()));

        await EventuallyFetchesAsync(client, "after");
        Assert.NotEmpty(GuardsOf(client));
    }

    [SkippableFact]
    public async Task GuardsFrozen_WithTheirConnectionsOpen_AnotherServes()
    {
        // Without a short patience for circuits it takes some twenty seconds: ten for a stream, ten for the answer of a guard.
        await using ClientProcess client = await network.StartAsync("LearnCircuitBuildTimeout 0", "CircuitBuildTimeout 2 seconds");
        await Fetch.BytesAsync(client.Socks, network.Target, 1000);
        IFaultyRelay[] guards = [.. GuardsOf(client).Take(2)];

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
        ClientProcess client = await network.ClientAsync();

        network.Relays.ToList().ForEach(relay => relay.Freeze());
        try
        {
            Task during = EventuallyFetchesAsync(client, "frozen");
            await Assert.ThrowsAsync<TimeoutException>(() => during.WaitAsync(TimeSpan.FromSeconds(1)));
            network.Relays.ToList().ForEach(relay => relay.Thaw());
            await during;
        }
        finally
        {
            network.Relays.ToList().ForEach(relay => relay.Thaw());
        }

        await EventuallyFetchesAsync(client, "thawed");
    }

    private IFaultyRelay[] GuardsOf(ClientProcess client) =>
        [.. network.Guards.IntersectBy(SocketTable.Peers(client.Process.Id), relay => relay.OrPort)];

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
                await Fetch.BytesAsync(client.Socks, network.Target, 1000, user, cancel: limit.Token);
                return;
            }
            catch (Exception e) when (e is IOException or SocketException && !limit.IsCancellationRequested)
            {
                await Task.Delay(200, limit.Token);
            }
        }
    }
}

[Collection(OnFaultySandbox.Name)]
public sealed class FaultOnSandboxTests(SandboxNetwork network) : FaultScenario(network);

[Collection(OnFaultyCTor.Name)]
public sealed class FaultOnCTorTests(CTorNetwork network) : FaultScenario(network);
