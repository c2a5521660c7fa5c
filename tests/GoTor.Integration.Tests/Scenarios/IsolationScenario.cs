using System.Net.Sockets;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Scenarios;

public abstract class IsolationScenario(TestNetwork network)
{
    /// <summary>The exits' own account. Each user talks to a port of its own, so the exits know whose stream is whose.</summary>
    [SkippableFact]
    public async Task Streams_OfDifferentUsers_NeverShareACircuit()
    {
        const int Users = 4, StreamsEach = 3;
        ClientProcess client = await network.ClientAsync();
        TargetServer[] targets = [.. Enumerable.Range(0, Users).Select(_ => new TargetServer())];
        List<Socket> sockets = [];
        try
        {
            for (int turn = 0; turn < StreamsEach; turn++)
            {
                for (int user = 0; user < Users; user++)
                    sockets.Add(await SocksClient.ConnectAsync(client.Socks, "127.0.0.1", targets[user].EchoPort, $"user {user}"));
            }

            ExitStream[] streams = await network.StreamsAsync(
                [.. targets.Select(target => target.EchoPort)], Users * StreamsEach);

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
        ClientProcess client = await network.ClientAsync();
        await using TargetServer target = new();
        Socket[] sockets = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => SocksClient.ConnectAsync(client.Socks, "127.0.0.1", target.EchoPort, "one user")));
        try
        {
            ExitStream[] streams = await network.StreamsAsync([target.EchoPort], sockets.Length);

            Assert.Single(streams.Select(stream => stream.Exit).Distinct());
        }
        finally
        {
            foreach (Socket socket in sockets)
                socket.Dispose();
        }
    }
}

[Collection(OnSandbox.Name)]
public sealed class IsolationOnSandboxTests(SandboxNetwork network) : IsolationScenario(network);

[Collection(OnCTor.Name)]
public sealed class IsolationOnCTorTests(CTorNetwork network) : IsolationScenario(network);
