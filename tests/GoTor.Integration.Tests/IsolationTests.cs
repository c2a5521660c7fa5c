using System.Net.Sockets;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests;

[Collection(SharedNetwork.Name)]
public sealed class IsolationTests(NetworkFixture fixture)
{
    /// <summary>The exits' own account. Each user talks to a port of its own, so the exits know whose stream is whose.</summary>
    [SkippableFact]
    public async Task Streams_OfDifferentUsers_NeverShareACircuit()
    {
        const int Users = 4, StreamsEach = 3;
        ClientProcess client = await fixture.ClientAsync();
        TargetServer[] targets = [.. Enumerable.Range(0, Users).Select(_ => new TargetServer())];
        List<Socket> sockets = [];
        try
        {
            for (int turn = 0; turn < StreamsEach; turn++)
            {
                for (int user = 0; user < Users; user++)
                    sockets.Add(await SocksClient.ConnectAsync(client.Socks, "127.0.0.1", targets[user].EchoPort, $"user {user}"));
            }

            ExitStream[] streams = await RelayWatch.StreamsAsync(
                fixture.Network, [.. targets.Select(target => target.EchoPort)], Users * StreamsEach);

            Assert.All(
                streams.GroupBy(stream => (stream.Exit, stream.Circuit)),
                circuit => Assert.Single(circuit.Select(stream => stream.TargetPort).Distinct()));
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
            foreach (TargetServer target in targets)
                await target.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Streams_OfOneUser_LeaveThroughOneExit()
    {
        ClientProcess client = await fixture.ClientAsync();

        string[] exits = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => Fetch.TextAsync(client.Socks, fixture.Network.Target, "/exit", "one user", "exit.test")));

        Assert.Single(exits.Distinct());
        Assert.Contains(exits[0], fixture.Network.Having(TestRelayRole.Exit).Select(exit => exit.OrPort.Address.ToString()));
    }
}
