using System.Net;
using System.Security.Authentication;
using GoTor.Client.Channels;
using GoTor.Client.Transport;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Channels;

/// <summary>Against Debian's tor: what no relay of our own making can prove.</summary>
public sealed class CTorRelayTests
{
    private const string NoTor = "Debian's tor (/usr/bin/tor) is not installed";

    [SkippableFact]
    public async Task Channel_ToCTor_OpensWithBothIdentitiesAndAnswersCreateFast()
    {
        Skip.IfNot(CTorRelay.IsInstalled, NoTor);
        await using CTorRelay relay = await CTorRelay.StartAsync();
        await using var harness = new ChannelHarness();

        TorChannel channel = await harness.Manager.GetAsync(relay.Target, CancellationToken.None);

        Assert.Equal(5, channel.LinkVersion);
        Assert.Equal(new PeerIdentities(relay.Target.RsaIdentity!.Value, relay.Target.Ed25519Identity!.Value), channel.Peer);
        var inbox = new RecordingInbox();
        ICircuitLink link = channel.OpenCircuit(inbox);
        link.Send(ChannelCells.Make(link.Id, new CreateFastMessage(new byte[20])));
        byte[] answer = await inbox.ReceiveAsync();
        Assert.Equal(ChannelCommand.CreatedFast, (ChannelCommand)answer[4]);
        link.Close(destroyedByPeer: false);
        Assert.True(channel.IsOpen);
        Assert.Equal(1, harness.Meters["gotor.connection.successes"]);
    }

    [SkippableTheory]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public async Task LinkHandshake_WithCTor_WorksInEveryVersion(ushort linkVersion, bool tls12)
    {
        Skip.IfNot(CTorRelay.IsInstalled, NoTor);
        await using CTorRelay relay = await CTorRelay.StartAsync(tls12);
        IPEndPoint address = relay.Target.OrPorts[0];
        RelayConnection connection = await new TcpConnector(TimeProvider.System).ConnectAsync([address], CancellationToken.None);
        await using TlsLink tls = await TlsLink.ConnectAsync(connection.Stream, TorRandom.Secure, TimeProvider.System, CancellationToken.None);
        await using var offering = new OneVersionStream(tls.Stream, linkVersion);

        LinkHandshakeResult result = await LinkHandshake.RunAsync(
            offering, new ChannelReader(offering), tls.PeerCertificate, address.Address, relay.Target, TimeProvider.System, CancellationToken.None);

        Assert.Equal(tls12 ? SslProtocols.Tls12 : SslProtocols.Tls13, tls.Protocol);
        Assert.Equal(linkVersion, result.LinkVersion);
        Assert.Equal(relay.Target.Ed25519Identity, result.Peer.Ed25519);
        Assert.Null(result.ClockSkew);
    }

    [SkippableFact]
    public async Task Channel_ToCTorUnderAnotherEd25519Identity_IsRefused()
    {
        Skip.IfNot(CTorRelay.IsInstalled, NoTor);
        await using CTorRelay relay = await CTorRelay.StartAsync();
        await using var harness = new ChannelHarness();
        HopTarget somebodyElse = relay.Target with { Ed25519Identity = new Ed25519Identity(new byte[32]) };

        ChannelException e = await Assert.ThrowsAsync<ChannelException>(
            () => harness.Manager.GetAsync(somebodyElse, CancellationToken.None));

        Assert.Equal(ChannelEnd.WrongIdentity, e.End);
        Assert.Empty(harness.Manager.Channels);
    }

    /// <summary>Makes both VERSIONS cells, the first things written and read, go no higher than one version.</summary>
    private sealed class OneVersionStream(Stream inner, ushort version) : DelegatingStream(inner)
    {
        private bool _written;
        private bool _read;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await base.ReadAsync(buffer, cancellationToken);
            if (!_read)
            {
                Assert.Equal([0, 0, 7, 0, 6, 0, 3, 0, 4, 0, 5], buffer.Span[..11].ToArray());
                buffer.Span[10] = (byte)version;
            }

            _read = true;
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_written)
                return base.WriteAsync(buffer, cancellationToken);
            _written = true;
            byte[] patched = buffer.ToArray();
            Assert.Equal(9, patched.Length);
            patched[6] = patched[8] = (byte)version;
            return base.WriteAsync(patched, cancellationToken);
        }
    }
}
