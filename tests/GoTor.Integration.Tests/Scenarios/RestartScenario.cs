using System.Net;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Scenarios;

public abstract class RestartScenario(TestNetwork network)
{
    private protected TestNetwork Network => network;

    [SkippableFact]
    public async Task FirstGuard_OverRestarts_StaysTheSame()
    {
        string folder = network.NewFolder("client");
        List<string> firstGuards = [];
        for (int start = 1; start <= 3; start++)
        {
            await using ClientProcess client = await network.StartInAsync(folder);
            await Fetch.BytesAsync(client.Socks, network.Target, 100_000);
            IPEndPoint[] peers = SocketTable.Peers(client.Process.Id);
            await client.StopAsync();

            firstGuards.Add(FirstGuard(client.Data));
            // A circuit whose exit is our first guard goes through the next one, so any of the few confirmed guards may be among the peers, and
            // nobody else. The first start also asks the authorities.
            IPEndPoint[] guards = [.. network.Relays.Where(relay => ConfirmedGuards(client.Data).Contains(relay.Fingerprint)).Select(relay => relay.OrPort)];
            Assert.Contains(peers, guards.Contains);
            if (start > 1)
                Assert.All(peers, peer => Assert.Contains(peer, guards));
        }

        Assert.Single(firstGuards.Distinct());
    }

    [SkippableFact]
    public async Task Start_WithFreshCaches_AsksNoDirectory()
    {
        string folder = network.NewFolder("client");
        await using (ClientProcess first = await network.StartInAsync(folder))
            await first.StopAsync();
        int before = network.DirectoryRequests;
        Assert.True(before > 0, "The relays have not logged the first start's requests.");

        await using ClientProcess second = await network.StartInAsync(folder);
        await Fetch.BytesAsync(second.Socks, network.Target, 100_000);

        Assert.Equal(before, network.DirectoryRequests);
    }

    [SkippableTheory]
    [InlineData("cached-microdesc-consensus")]
    [InlineData("cached-certs")]
    [InlineData("cached-microdescs.new")]
    [InlineData("state")]
    public async Task Start_OnADamagedFile_Recovers(string file)
    {
        string folder = network.NewFolder("client");
        await using (ClientProcess first = await network.StartInAsync(folder))
            await first.StopAsync();
        string path = Path.Combine(folder, "data", file);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes.AsSpan(bytes.Length / 4, 64).Fill((byte)'!');
        await File.WriteAllBytesAsync(path, bytes);

        await using ClientProcess second = await network.StartInAsync(folder);

        await Fetch.BytesAsync(second.Socks, network.Target, 1000);
    }

    /// <summary>One flipped letter in what the authorities signed, at a place that parses just as well.</summary>
    [SkippableFact]
    public async Task Start_OnAConsensusWithABadSignature_FetchesAnother()
    {
        string folder = network.NewFolder("client");
        await using (ClientProcess first = await network.StartInAsync(folder))
            await first.StopAsync();
        string path = Path.Combine(folder, "data", "cached-microdesc-consensus");
        string consensus = await File.ReadAllTextAsync(path);
        string changed = consensus.Replace("w Bandwidth=1000", "w Bandwidth=1001", StringComparison.Ordinal);
        Assert.NotEqual(consensus, changed);
        await File.WriteAllTextAsync(path, changed);
        int before = network.DirectoryRequests;

        await using ClientProcess second = await network.StartInAsync(folder);
        await Fetch.BytesAsync(second.Socks, network.Target, 1000);

        Assert.True(network.DirectoryRequests > before, "It asked nobody for a good consensus.");
        await second.StopAsync();
        Assert.DoesNotContain("w Bandwidth=1001", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
    }

    /// <returns>The fingerprint of the guard that was confirmed first.</returns>
    private static string[] ConfirmedGuards(string data) =>
    [
        .. File.ReadLines(Path.Combine(data, "state"))
            .Where(line => line.StartsWith("Guard in=default ", StringComparison.Ordinal) && line.Contains(" confirmed_idx=", StringComparison.Ordinal))
            .Select(line => line.Split(' ').Single(word => word.StartsWith("rsa_id=", StringComparison.Ordinal))[7..]),
    ];

    private protected static string FirstGuard(string data) =>
        File.ReadLines(Path.Combine(data, "state"))
            .Where(line => line.StartsWith("Guard in=default ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .Single(words => words.Contains("confirmed_idx=0"))
            .Single(word => word.StartsWith("rsa_id=", StringComparison.Ordinal))[7..];
}

[Collection(OnSandbox.Name)]
public sealed class RestartOnSandboxTests(SandboxNetwork network) : RestartScenario(network);

[Collection(OnCTor.Name)]
public sealed class RestartOnCTorTests(CTorNetwork network) : RestartScenario(network)
{
    /// <summary>Both programs read and write the same files, so people can change from one to the other and back.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_OnTheOtherProgramsFiles_TakesThemAsItsOwn(bool fromCTor)
    {
        ClientProgram[] order = fromCTor ? [ClientProgram.CTor, TestNetwork.Program] : [TestNetwork.Program, ClientProgram.CTor];
        string folder = Network.NewFolder("client");
        await using (ClientProcess first = await Network.StartAsync(order[0], folder))
        {
            await Fetch.BytesAsync(first.Socks, Network.Target, 1000);
            await first.StopAsync();
        }

        string guard = FirstGuard(Path.Combine(folder, "data"));
        int before = Network.DirectoryRequests;
        await using ClientProcess second = await Network.StartAsync(order[1], folder);
        await Fetch.BytesAsync(second.Socks, Network.Target, 1000);
        Assert.Equal(before, Network.DirectoryRequests);

        await second.StopAsync();
        Assert.Equal(guard, FirstGuard(second.Data));
        Assert.DoesNotContain("[err]", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unparseable", second.Output, StringComparison.OrdinalIgnoreCase);
    }
}
