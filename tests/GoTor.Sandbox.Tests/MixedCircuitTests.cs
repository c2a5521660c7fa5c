using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Wire;
using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests;

/// <summary>A relay of C tor between two of ours: ours extend to it, and it extends to ours.</summary>
public sealed class MixedCircuitTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-sandbox-{Guid.NewGuid():n}"));

    [SkippableFact]
    public async Task Circuit_ThroughARelayOfCTor_CarriesBothWays()
    {
        Skip.If(TorTools.Tor is null, "tor is not installed");
        using var logs = new OutputLogs(output);
        await using TorSandbox network = await TorSandbox.StartAsync(
            new TorSandboxOptions { Authorities = 1, Guards = 2, Middles = 0, Exits = 2, Loggers = logs });
        await using var target = new TargetServer();
        IPEndPoint orPort = PortFinder.Free(IPAddress.Loopback);
        await using ClientProcess relay = ClientProcess.Start(ClientProgram.CTor, _folder, network.ClientTorrc.Concat(
        [
            "Nickname ctor", "Address 127.0.0.1", $"ORPort {orPort} IPv4Only", "AssumeReachable 1", "PublishServerDescriptor 0", "ExitRelay 0",
            "GeoIPFile /dev/null", "GeoIPv6File /dev/null",
        ]));
        try
        {
            await relay.BootstrappedAsync();
            network.AddRelay(Describe(relay.Data, orPort));
            await using SandboxClient client = await SandboxClient.StartAsync(
                network, options => options with { ExcludeNodes = "authority0,guard1,exit1" }, logs);
            await client.BootstrappedAsync().WaitAsync(Patience);

            await Fetch.BytesAsync(client.Socks, target, 2_000_000).WaitAsync(Patience);
            await Fetch.UploadAsync(client.Socks, target, 1_000_000).WaitAsync(Patience);

            // What is traced ends where a relay is not ours: before the exit.
            Assert.Equal("exit0", await PathAsync(client));
        }
        finally
        {
            output.WriteLine(relay.Output);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RelayDraft Describe(string data, IPEndPoint orPort) => new()
    {
        Nickname = "ctor",
        RsaIdentity = RsaIdentity.TryParseHex(File.ReadAllText(Path.Combine(data, "fingerprint")).Split(' ')[1].Trim(), out RsaIdentity rsa)
            ? rsa
            : throw new FormatException("fingerprint"),
        Ed25519Identity = new Ed25519Identity(Convert.FromBase64String(File.ReadAllText(Path.Combine(data, "fingerprint-ed25519")).Split(' ')[1].Trim() + "=")),
        // The file has a header of 32 bytes, the secret key, and the public one.
        NtorOnionKey = File.ReadAllBytes(Path.Combine(data, "keys", "secret_onion_key_ntor")).AsMemory(64, 32),
        OrPort = orPort,
        Flags = RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.Valid,
        Bandwidth = 10_000,
    };

    private static async Task<string> PathAsync(SandboxClient client)
    {
        using Socket socket = await SocksClient.ConnectAsync(client.Socks, "demo.sandbox", 80);
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /path HTTP/1.1\r\n\r\n")));
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.UTF8);
        return (await reader.ReadToEndAsync().WaitAsync(Patience)).Split("\r\n\r\n")[1].Trim();
    }
}
