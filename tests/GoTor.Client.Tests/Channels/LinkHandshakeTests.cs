using System.Security.Authentication;
using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Channels;

public sealed class LinkHandshakeTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Handshake_OverTls_OpensChannel(SslProtocols protocol)
    {
        await using LoopbackRelay relay = LoopbackRelay.Start(protocol);
        await using var harness = new ChannelHarness();

        Task<LoopbackLink> accepting = relay.AcceptOpenAsync();
        TorChannel channel = await harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await accepting;

        Assert.Equal(protocol, link.Protocol);
        Assert.Equal(5, channel.LinkVersion);
        Assert.True(channel.IsOpen);
        Assert.Equal(1, harness.Meters["gotor.tls.handshake.duration"]);
        Assert.Matches("^www\\.[a-z2-7]{4,25}\\.com$", link.TargetHostName);
    }

    [Fact]
    public async Task Versions_OnlyFour_OpensChannelWithFour()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.HandshakeAsync(versions: [3, 4]);

        Assert.Equal(4, (await getting).LinkVersion);
    }
}
