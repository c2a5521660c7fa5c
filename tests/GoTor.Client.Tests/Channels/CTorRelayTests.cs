using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Circuits;
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
}
