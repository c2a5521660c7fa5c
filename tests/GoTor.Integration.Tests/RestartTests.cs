using System.Net;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests;

[Collection(SharedNetwork.Name)]
public sealed class RestartTests(NetworkFixture fixture)
{
    [SkippableFact]
    public async Task FirstGuard_OverRestarts_StaysTheSame()
    {
        string folder = fixture.Network.NewFolder("client");
        List<string> firstGuards = [];
        for (int start = 1; start <= 3; start++)
        {
            await using ClientProcess client = await fixture.StartInAsync(folder);
            await Fetch.BytesAsync(client.Socks, fixture.Network.Target, 100_000);
            IPEndPoint[] peers = SocketTable.Peers(client.Process.Id);
            await client.StopAsync();

            firstGuards.Add(FirstGuard(client.Data));
            // A circuit whose exit is our first guard goes through the next one, so any of the few confirmed guards may be among the peers, and
            // nobody else. The first start also asks the authorities.
            IPEndPoint[] guards = [.. fixture.Network.Relays.Where(relay => ConfirmedGuards(client.Data).Contains(relay.Fingerprint)).Select(relay => relay.OrPort)];
            Assert.Contains(peers, guards.Contains);
            if (start > 1)
                Assert.All(peers, peer => Assert.Contains(peer, guards));
        }

        Assert.Single(firstGuards.Distinct());
    }

    [SkippableFact]
    public async Task Start_WithFreshCaches_AsksNoDirectory()
    {
        string folder = fixture.Network.NewFolder("client");
        await using (ClientProcess first = await fixture.StartInAsync(folder))
            await first.StopAsync();
        int before = RelayWatch.ClientDirectoryRequests(fixture.Network);
        Assert.True(before > 0, "The relays have not logged the first start's requests.");

        await using ClientProcess second = await fixture.StartInAsync(folder);
        await Fetch.BytesAsync(second.Socks, fixture.Network.Target, 100_000);

        Assert.Equal(before, RelayWatch.ClientDirectoryRequests(fixture.Network));
    }

    /// <summary>Both programs read and write the same files, so people can change from one to the other and back.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_OnTheOtherProgramsFiles_TakesThemAsItsOwn(bool fromCTor)
    {
        ClientProgram[] order = fromCTor ? [ClientProgram.CTor, NetworkFixture.Program] : [NetworkFixture.Program, ClientProgram.CTor];
        string folder = fixture.Network.NewFolder("client");
        await using (ClientProcess first = await ClientProcess.StartAsync(order[0], fixture.Network, folder))
        {
            await Fetch.BytesAsync(first.Socks, fixture.Network.Target, 1000);
            await first.StopAsync();
        }

        string guard = FirstGuard(Path.Combine(folder, "data"));
        int before = RelayWatch.ClientDirectoryRequests(fixture.Network);
        await using ClientProcess second = await ClientProcess.StartAsync(order[1], fixture.Network, folder);
        await Fetch.BytesAsync(second.Socks, fixture.Network.Target, 1000);
        Assert.Equal(before, RelayWatch.ClientDirectoryRequests(fixture.Network));

        await second.StopAsync();
        Assert.Equal(guard, FirstGuard(second.Data));
        Assert.DoesNotContain("[err]", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unparseable", second.Output, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableTheory]
    [InlineData("cached-microdesc-consensus")]
    [InlineData("cached-certs")]
    [InlineData("cached-microdescs.new")]
    [InlineData("state")]
    public async Task Start_OnADamagedFile_Recovers(string file)
    {
        string folder = fixture.Network.NewFolder("client");
        await using (ClientProcess first = await fixture.StartInAsync(folder))
            await first.StopAsync();
        string path = Path.Combine(folder, "data", file);
        byte[] bytes = await File.ReadAllBytesAsync(path);
        bytes.AsSpan(bytes.Length / 4, 64).Fill((byte)'!');
        await File.WriteAllBytesAsync(path, bytes);

        await using ClientProcess second = await fixture.StartInAsync(folder);

        await Fetch.BytesAsync(second.Socks, fixture.Network.Target, 1000);
    }

    /// <summary>One flipped letter in what the authorities signed, at a place that parses just as well.</summary>
    [SkippableFact]
    public async Task Start_OnAConsensusWithABadSignature_FetchesAnother()
    {
        string folder = fixture.Network.NewFolder("client");
        await using (ClientProcess first = await fixture.StartInAsync(folder))
            await first.StopAsync();
        string path = Path.Combine(folder, "data", "cached-microdesc-consensus");
        string consensus = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, consensus.Replace("w Bandwidth=1000", "w Bandwidth=1001", StringComparison.Ordinal));
        int before = RelayWatch.ClientDirectoryRequests(fixture.Network);

        await using ClientProcess second = await fixture.StartInAsync(folder);
        await Fetch.BytesAsync(second.Socks, fixture.Network.Target, 1000);

        Assert.True(RelayWatch.ClientDirectoryRequests(fixture.Network) > before, "It asked nobody for a good consensus.");
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

    private static string FirstGuard(string data) =>
        File.ReadLines(Path.Combine(data, "state"))
            .Where(line => line.StartsWith("Guard in=default ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .Single(words => words.Contains("confirmed_idx=0"))
            .Single(word => word.StartsWith("rsa_id=", StringComparison.Ordinal))[7..];
}
