using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using GoTor.Client;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Transport;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Extensions.Logging.Abstractions;

namespace GoTor.Integration.Tests.Circuits;

/// <summary>Circuits and streams through C tor's relays: handshakes, relay crypto, windows and SENDMEs as C tor checks them.</summary>
[Collection(OnCTor.Name)]
public sealed class CTorCircuitTests(CTorNetwork fixture)
{
    private const int Megabyte = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task Circuit_ThroughThreeCTorRelays_CarriesStreamsBothWays()
    {
        PrivateTorNetwork network = fixture.Network;
        using var meters = new TestMeterFactory();
        await using var channels = new ChannelManager(
            new TorClientOptions { DataDirectory = network.NewFolder("client") },
            new TcpConnector(TimeProvider.System),
            () => ConsensusParameters.Default,
            TimeProvider.System,
            TorRandom.Secure,
            new ChannelMetrics(meters),
            NullLoggerFactory.Instance);
        var builder = new CircuitBuilder(
            channels,
            () => CircuitSettings.From(ConsensusParameters.Default),
            TimeProvider.System,
            TorRandom.Secure,
            new CircuitMetrics(meters),
            new StreamMetrics(meters),
            NullLoggerFactory.Instance);

        foreach (string protocols in new[] { "Relay=1-4", "Relay=1-2" })
        {
            Assert.True(ProtocolVersions.TryParse(protocols, out ProtocolVersions versions));
            HopTarget[] path = [Hop(network["relay1"], versions), Hop(network["relay2"], versions), Hop(network["exit1"], versions)];
            await using Circuit circuit = await builder.BuildAsync(path, CancellationToken.None).WaitAsync(Patience);

            await DownloadAsync(circuit, network, 8 * Megabyte);
            await UploadAsync(circuit, network, 8 * Megabyte);
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => DownloadAsync(circuit, network, Megabyte)));

            ResolveAnswer answer = await circuit.ResolveAsync("name.test", CancellationToken.None).WaitAsync(Patience);
            Assert.Equal("127.0.0.1", answer.Addresses[0].ToString());
            StreamFailedException refused = await Assert.ThrowsAsync<StreamFailedException>(
                () => circuit.OpenStreamAsync("127.0.0.1", 1, BeginFlags.None, null, CancellationToken.None).WaitAsync(Patience));
            Assert.False(refused.CircuitEnded);
            Assert.True(circuit.IsOpen);
            Assert.Equal(0, circuit.OpenStreams);
        }

        await FetchFromDirectoryAsync(builder, Hop(network["relay1"], ProtocolVersions.None) with { NtorOnionKey = default });
    }

    private static async Task DownloadAsync(Circuit circuit, PrivateTorNetwork network, int length)
    {
        var early = new OptimisticData();
        early.Append(Encoding.ASCII.GetBytes($"GET /bytes/{length} HTTP/1.1\r\nHost: x\r\n\r\n"));
        await using TorStream stream = await circuit.OpenStreamAsync(
            "127.0.0.1", (ushort)network.Target.Port, BeginFlags.None, early, new AcceptedAddresses(Internal: true), CancellationToken.None).WaitAsync(Patience);
        byte[] body = await ReadBodyAsync(stream);
        Assert.Equal(length, body.Length);
        Assert.True(Payload.Matches(body, 0));
    }

    private static async Task UploadAsync(Circuit circuit, PrivateTorNetwork network, int length)
    {
        await using TorStream stream = await circuit.OpenStreamAsync(
            "127.0.0.1", (ushort)network.Target.Port, BeginFlags.None, null, new AcceptedAddresses(Internal: true), CancellationToken.None).WaitAsync(Patience);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"));
        for (int position = 0; position < length;)
        {
            ReadOnlyMemory<byte> piece = Payload.At(position, length - position);
            await stream.WriteAsync(piece).AsTask().WaitAsync(Patience);
            position += piece.Length;
        }

        string answer = Encoding.ASCII.GetString(await ReadBodyAsync(stream));
        Assert.Contains(Payload.Sha256(length), answer, StringComparison.Ordinal);
        Assert.Contains(length.ToString(CultureInfo.InvariantCulture), answer, StringComparison.Ordinal);
    }

    private static async Task FetchFromDirectoryAsync(CircuitBuilder builder, HopTarget relay)
    {
        await using Circuit circuit = await builder.BuildAsync([relay], CancellationToken.None).WaitAsync(Patience);
        await using TorStream stream = await circuit.OpenDirectoryStreamAsync(CancellationToken.None);
        await stream.WriteAsync("GET /tor/status-vote/current/consensus-microdesc HTTP/1.0\r\n\r\n"u8.ToArray());
        string document = Encoding.ASCII.GetString(await ReadBodyAsync(stream));
        Assert.StartsWith("network-status-version 3 microdesc", document, StringComparison.Ordinal);
        Assert.Contains("directory-signature", document, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadBodyAsync(TorStream stream)
    {
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer).WaitAsync(Patience);
        byte[] bytes = answer.ToArray();
        int head = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.Contains(" 200 ", Encoding.ASCII.GetString(bytes, 0, head), StringComparison.Ordinal);
        return bytes[(head + 4)..];
    }

    private static HopTarget Hop(TestRelay relay, ProtocolVersions protocols)
    {
        Assert.True(RsaIdentity.TryParseHex(relay.Fingerprint, out RsaIdentity rsa));
        string ed25519 = File.ReadAllText(Path.Combine(relay.Folder, "fingerprint-ed25519")).Split(' ')[1].Trim();
        // A header of 32 bytes, the secret key, the public key.
        byte[] onionKey = File.ReadAllBytes(Path.Combine(relay.Folder, "keys", "secret_onion_key_ntor"));
        return new HopTarget
        {
            RsaIdentity = rsa,
            Ed25519Identity = new Ed25519Identity(Convert.FromBase64String(ed25519 + "=")),
            OrPorts = [relay.OrPort],
            NtorOnionKey = onionKey.AsMemory(64, 32),
            Protocols = protocols,
        };
    }
}
