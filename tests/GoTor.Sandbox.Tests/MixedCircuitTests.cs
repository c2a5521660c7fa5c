using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Wire;
using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests;

/// <summary>
/// A relay of C tor among ours, at each place of a circuit: ours extend to it, it extends to ours, and clients of both kinds go through. As an exit
/// it serves ours only because they prove to be relays: it takes everybody else for a client that wants a single hop.
/// </summary>
public sealed class MixedCircuitTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Whole without C tor's relay, so that clients have to be told which relays to leave out.
    private static readonly TorSandboxOptions s_network = new() { Authorities = 1, Guards = 2, Middles = 1, Exits = 2 };

    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-sandbox-{Guid.NewGuid():n}"));

    [SkippableTheory]
    [InlineData("Guard", "guard0,guard1,exit1", "middle0,exit0")]
    [InlineData("None", "guard1,middle0,exit1", "exit0")]
    [InlineData("Exit", "guard1,exit0,exit1", "")]
    public async Task Circuit_ThroughARelayOfCTor_CarriesBothWays(string flag, string without, string seen)
    {
        Skip.If(TorTools.Tor is null, "tor is not installed");
        var place = Enum.Parse<RelayFlags>(flag);
        using var logs = new OutputLogs(output);
        await using TorSandbox network = await TorSandbox.StartAsync(s_network with { Loggers = logs });
        await using var target = new TargetServer();
        IPEndPoint orPort = PortFinder.Free(IPAddress.Loopback);
        string folder = NewFolder("relay");
        network.AddRelay(CTorRelay.Describe(await MakeKeysAsync(folder), orPort, place));
        await using ClientProcess relay = ClientProcess.Start(ClientProgram.CTor, folder, [.. network.ClientTorrc, .. CTorRelay.Torrc(orPort, place)]);
        try
        {
            await relay.BootstrappedAsync();
            await using (SandboxClient client = await SandboxClient.StartAsync(
                network, options => options with { ExcludeNodes = $"authority0,{without}" }, logs))
            {
                await client.BootstrappedAsync().WaitAsync(Patience);
                await CarryAsync(client.Socks, target, seen);
            }

            await using ClientProcess theirs = await ClientProcess.StartAsync(
                ClientProgram.CTor, NewFolder("client"), [.. network.ClientTorrc, $"ExcludeNodes authority0,{without}"]);
            await CarryAsync(theirs.Socks, target, seen);
        }
        finally
        {
            output.WriteLine(relay.Output);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="seen">What our exit, if it is ours, can see of the path. It ends where a relay is not ours.</param>
    private static async Task CarryAsync(IPEndPoint socks, TargetServer target, string seen)
    {
        await Fetch.BytesAsync(socks, target, 2_000_000).WaitAsync(Patience);
        await Fetch.UploadAsync(socks, target, 1_000_000).WaitAsync(Patience);
        if (seen.Length > 0)
            Assert.Equal(seen, (await Fetch.PageAsync(socks, "demo.sandbox", "/path").WaitAsync(Patience)).Trim().Replace('\n', ','));
    }

    private string NewFolder(string name) => PrivateFolder.Create(Path.Combine(_folder, name));

    /// <summary>A relay's keys are there before it runs, so that the first consensus it sees lists it: it serves directories to its clients.</summary>
    /// <returns>Its data directory.</returns>
    private static async Task<string> MakeKeysAsync(string folder)
    {
        string torrc = Path.Combine(folder, "keys.torrc"), data = Path.Combine(folder, "data");
        await File.WriteAllLinesAsync(torrc, [$"DataDirectory {data}", "ORPort 9001", "Nickname ctor", "PublishServerDescriptor 0", "ExitRelay 0", "SocksPort 0"]);
        await ChildProcess.RunAsync(
            TorTools.Tor!, "", CancellationToken.None, "--defaults-torrc", "/nonexistent/torrc-defaults", "-f", torrc, "--list-fingerprint", "--quiet");
        return data;
    }
}
