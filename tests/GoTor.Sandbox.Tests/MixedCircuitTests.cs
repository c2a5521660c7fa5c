using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;
using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests;

/// <summary>
/// A relay of C tor among ours, at each place of a circuit: ours extend to it, it extends to ours, and clients of both kinds go through.
/// </summary>
public sealed class MixedCircuitTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Two of each kind, so that the client has to be told which to leave out, and the network is whole without C tor's relay.
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
        await using ClientProcess relay = ClientProcess.Start(ClientProgram.CTor, folder, [.. network.ClientTorrc, .. Torrc(orPort, place, folder)]);
        try
        {
            await relay.BootstrappedAsync();
            network.AddRelay(Describe(relay.Data, orPort, place));
            int ourExits = 0;
            foreach (SandboxRelay ours in network.Relays)
                ours.Exits.Begun += (_, _) => Interlocked.Increment(ref ourExits);

            await using (SandboxClient client = await SandboxClient.StartAsync(
                network, options => options with { ExcludeNodes = $"authority0,{without}" }, logs))
            {
                await client.BootstrappedAsync().WaitAsync(Patience);
                await CarryAsync(client.Socks, target, seen);
            }

            await using ClientProcess theirs = await ClientProcess.StartAsync(
                ClientProgram.CTor, NewFolder("client"), [.. network.ClientTorrc, $"ExcludeNodes authority0,{without}"]);
            await CarryAsync(theirs.Socks, target, seen);

            Assert.Equal(place == RelayFlags.Exit, Volatile.Read(ref ourExits) == 0);
        }
        finally
        {
            output.WriteLine(relay.Output);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="seen">What our exit can see of the path. It ends where a relay is not ours.</param>
    private static async Task CarryAsync(IPEndPoint socks, TargetServer target, string seen)
    {
        await Fetch.BytesAsync(socks, target, 2_000_000).WaitAsync(Patience);
        await Fetch.UploadAsync(socks, target, 1_000_000).WaitAsync(Patience);
        if (seen.Length > 0)
            Assert.Equal(seen, (await Fetch.PageAsync(socks, "demo.sandbox", "/path").WaitAsync(Patience)).Trim().Replace('\n', ','));
    }

    private string NewFolder(string name) => PrivateFolder.Create(Path.Combine(_folder, name));

    private static IEnumerable<string> Torrc(IPEndPoint orPort, RelayFlags place, string folder) =>
    [
        "Nickname ctor", "Address 127.0.0.1", $"ORPort {orPort} IPv4Only", "AssumeReachable 1", "PublishServerDescriptor 0",
        "GeoIPFile /dev/null", "GeoIPv6File /dev/null",
        // It is asked for addresses only, and no name server is to be asked for anything.
        .. place == RelayFlags.Exit ? RelayTorrc.Exit(EmptyFile(folder)) : ["ExitRelay 0"],
    ];

    private static string EmptyFile(string folder)
    {
        string path = Path.Combine(folder, "resolv.conf");
        File.WriteAllText(path, "");
        return path;
    }

    private static RelayDraft Describe(string data, IPEndPoint orPort, RelayFlags place) => new()
    {
        Nickname = "ctor",
        RsaIdentity = RsaIdentity.TryParseHex(File.ReadAllText(Path.Combine(data, "fingerprint")).Split(' ')[1].Trim(), out RsaIdentity rsa)
            ? rsa
            : throw new FormatException("fingerprint"),
        Ed25519Identity = new Ed25519Identity(Convert.FromBase64String(File.ReadAllText(Path.Combine(data, "fingerprint-ed25519")).Split(' ')[1].Trim() + "=")),
        // The file has a header of 32 bytes, the secret key, and the public one.
        NtorOnionKey = File.ReadAllBytes(Path.Combine(data, "keys", "secret_onion_key_ntor")).AsMemory(64, 32),
        OrPort = orPort,
        Flags = RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.Valid | place
            // Clients take no guard that serves no directory.
            | (place == RelayFlags.Guard ? RelayFlags.V2Dir : RelayFlags.None),
        Bandwidth = 10_000,
        ExitPolicy = place == RelayFlags.Exit ? "accept 1-65535" : null,
    };
}
