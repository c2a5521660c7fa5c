using System.Net;
using System.Net.Sockets;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Sandbox.Links;
using GoTor.Sandbox.Relays;
using GoTor.Sandbox.Tests.Hostile;
using GoTor.Testing.PrivateNetwork;
using Xunit.Abstractions;

namespace GoTor.Sandbox.Tests.Links;

/// <summary>Our relays prove to one of C tor's who they are.</summary>
public sealed class LinkAuthenticationTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = PrivateFolder.Create(Path.Combine(Path.GetTempPath(), $"gotor-links-{Guid.NewGuid():n}"));

    [SkippableFact]
    public async Task RelayOfCTor_KnowsOurs_AndUsesTheirConnectionForCircuitsOfItsOwn()
    {
        await using Setup setup = await Setup.StartAsync(_folder, output);
        SandboxRelay first = setup.Network.Relays.First(relay => (relay.Flags & RelayFlags.Exit) != 0);
        SandboxRelay other = setup.Network.Relays.First(relay => (relay.Flags & RelayFlags.Guard) != 0);

        // Over our relay to C tor's: the connection is there.
        await using RawLink oneLink = await RawLink.OpenAsync(first);
        using RawCircuit one = await oneLink.CreateAsync();
        await setup.ExtendAsync(one);
        // Over C tor's to ours: it has a connection to that relay, if it believes whose it is.
        await using RawLink twoLink = await RawLink.OpenAsync(other);
        using RawCircuit two = await twoLink.CreateAsync();
        await setup.ExtendAsync(two);
        await two.ExtendAsync(first);

        RelayLink link = Assert.Single(first.Links, link => link.IsInitiator && link.RemotePort == setup.Theirs.OrPort.Port);
        Assert.Equal(2, link.CircuitCount);
        await two.SendAsync(Protocol.Cells.Relay.RelayCommand.BeginDir, 1, []);
        await two.ExpectAsync(Protocol.Cells.Relay.RelayCommand.Connected);
    }

    [SkippableFact]
    public async Task Proof_ForAnotherConnection_IsRefusedByCTor()
    {
        await using Setup setup = await Setup.StartAsync(_folder, output);
        RelayKeys keys = RelayKeys.Generate();
        var target = new RelayAddress(setup.Theirs.RsaIdentity, setup.Theirs.Ed25519Identity, setup.Theirs.OrPort);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target.OrPort);
        using var patience = new CancellationTokenSource(SandboxFixture.Patience);
        await using ExportingTls tls = await ExportingTls.ConnectAsync(
            new NetworkStream(socket, ownsSocket: true), LinkProof.ContextOf(keys), patience.Token);
        byte[] exported = [.. tls.Exported];
        exported[0] ^= 1;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        var reader = new LinkReader(tls);

        await LinkHandshakes.InitiateAsync(tls, reader, target, tls.RemoteCertificate, now, patience.Token, new LinkProof(keys, exported, now));

        Assert.False(await reader.ReadMoreAsync(patience.Token));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A network of ours with one relay of C tor's.</summary>
    private sealed class Setup(TorSandbox network, ClientProcess relay, RelayDraft theirs, ITestOutputHelper output) : IAsyncDisposable
    {
        public TorSandbox Network => network;

        public RelayDraft Theirs => theirs;

        public static async Task<Setup> StartAsync(string folder, ITestOutputHelper output)
        {
            Skip.If(TorTools.Tor is null, "tor is not installed");
            TorSandbox network = await TorSandbox.StartAsync(new TorSandboxOptions { Authorities = 1, Guards = 1, Middles = 1, Exits = 1 });
            IPEndPoint orPort = PortFinder.Free(IPAddress.Loopback);
            ClientProcess relay = ClientProcess.Start(
                ClientProgram.CTor,
                folder,
                [.. network.ClientTorrc, .. CTorRelay.Torrc(orPort)]);
            await relay.BootstrappedAsync();
            RelayDraft theirs = CTorRelay.Describe(relay.Data, orPort, RelayFlags.None);
            network.AddRelay(theirs);
            return new Setup(network, relay, theirs, output);
        }

        public Task ExtendAsync(RawCircuit circuit) =>
            circuit.ExtendAsync(theirs.OrPort, theirs.RsaIdentity, theirs.Ed25519Identity, theirs.NtorOnionKey);

        public async ValueTask DisposeAsync()
        {
            output.WriteLine(relay.Output);
            await relay.DisposeAsync();
            await network.DisposeAsync();
        }
    }
}
