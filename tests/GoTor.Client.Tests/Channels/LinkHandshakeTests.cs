using System.Security.Authentication;
using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Channels;

/// <summary>The client's link handshake over real TCP and TLS, against a relay that does as it is told.</summary>
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
        // As C tor's: tortls_openssl.c, crypto_random_hostname(4, 25, "www.", ".com").
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

    [Fact]
    public async Task Client_InTheHandshake_SaysNothingAboutItself()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        VersionsMessage versions = (await link.ReceiveCellAsync()).Decode<VersionsMessage>();
        await link.SendVersionsAsync(4, 5);
        await link.SendCertsAsync();
        await link.SendAuthChallengeAsync();
        await link.SendNetinfoAsync();
        NetinfoMessage netinfo = (await link.ReceiveCellAsync()).Decode<NetinfoMessage>();
        await getting;

        Assert.Equal([4, 5], versions.Versions);
        Assert.Equal(0u, netinfo.Timestamp);
        Assert.Equal(relay.Address.Address, netinfo.PeerAddress);
        Assert.Empty(netinfo.OwnAddresses);
    }

    // B38: certificates that come in byte by byte, between padding, are taken all the same.
    [Trait("Case", "B38")]
    [Fact]
    public async Task Handshake_ByteByByteBetweenPadding_OpensChannel()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.ReceiveCellAsync();
        await link.SendCellAsync(CircuitId.Channel, ChannelCommand.VPadding, new byte[3]);
        await link.SendVersionsAsync(5);
        await link.SendCellAsync(CircuitId.Channel, ChannelCommand.VPadding, new byte[ushort.MaxValue]);
        byte[] certs = Encode(link, relay.Keys.MakeCerts(DateTimeOffset.UtcNow));
        foreach (byte b in certs)
            await link.SendRawAsync(new[] { b });
        await link.SendAuthChallengeAsync();
        await link.SendCellAsync(CircuitId.Channel, ChannelCommand.VPadding, default);
        await link.SendNetinfoAsync();

        Assert.True((await getting).IsOpen);
    }

    [Fact]
    public async Task Certs_OfGreatestLength_IsRefusedWithoutBeingKept() =>
        await RefusedAsync(ChannelEnd.Violation, async link =>
        {
            await link.SendVersionsAsync(5);
            await link.SendRawAsync(new byte[] { 0, 0, 0, 0, (byte)ChannelCommand.Certs, 0xff, 0xff });
        });

    // B07, TROVE-2026-006.
    [Trait("Case", "B07")]
    [Theory]
    [InlineData("certs")]
    [InlineData("versions versions")]
    [InlineData("versions auth")]
    [InlineData("versions netinfo")]
    [InlineData("versions certs certs")]
    [InlineData("versions certs netinfo")]
    [InlineData("versions certs auth certs")]
    [InlineData("versions certs auth auth")]
    [InlineData("versions padding")]
    [InlineData("versions relay")]
    [InlineData("versions unknown")]
    [InlineData("versions3")]
    [InlineData("versions-odd")]
    [InlineData("versions certs-empty")]
    [InlineData("versions certs-circuit")]
    [InlineData("versions certs auth-cut")]
    public async Task Handshake_OutOfOrder_IsRefused(string steps) =>
        await RefusedAsync(ChannelEnd.Violation, async link =>
        {
            foreach (string step in steps.Split(' '))
                await SendAsync(link, step);
        });

    [Trait("Case", "B32")]
    [Theory]
    [InlineData("")]
    [InlineData("versions")]
    [InlineData("versions certs")]
    [InlineData("versions certs auth")]
    [InlineData("versions half")]
    public async Task Relay_ThatClosesInTheHandshake_IsAFailure(string steps) =>
        await RefusedAsync(ChannelEnd.HandshakeFailed, async link =>
        {
            if (steps.Length > 0)
                await SendAsync(link, steps);
            await link.DisposeAsync();
        });

    // B31.
    [Trait("Case", "B31")]
    [Fact]
    public async Task Relay_WithAnotherRsaIdentity_IsTheWrongOne()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        HopTarget somebodyElse = relay.Target with { RsaIdentity = new RsaIdentity(new byte[20]) };

        await RefusedAsync(ChannelEnd.WrongIdentity, relay, somebodyElse, link => SendAsync(link, "versions certs"));
    }

    [Trait("Case", "B31")]
    [Fact]
    public async Task Relay_WithAnotherEd25519Identity_IsTheWrongOneAndHearsNoMore()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        HopTarget target = relay.Target with { RsaIdentity = null, Ed25519Identity = new Ed25519Identity(new byte[32]) };

        Task<TorChannel> getting = harness.Manager.GetAsync(target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.ReceiveCellAsync();
        await UnlessClosedAsync(() => SendAsync(link, "versions certs auth netinfo"));

        Assert.Equal(ChannelEnd.WrongIdentity, (await Assert.ThrowsAsync<ChannelException>(() => getting)).End);
        await Assert.ThrowsAnyAsync<IOException>(() => link.ReceiveCellAsync());
    }

    [Trait("Case", "I11")]
    [Fact]
    public async Task Relay_OfWhichOnlyTheAddressIsKnown_IsBelieved()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        var target = new HopTarget { OrPorts = [relay.Address] };

        Task<LoopbackLink> accepting = relay.AcceptOpenAsync();
        TorChannel channel = await harness.Manager.GetAsync(target, CancellationToken.None);
        await accepting;

        Assert.Equal(relay.Target.RsaIdentity, channel.Peer.Rsa);
        Assert.Same(channel, await harness.Manager.GetAsync(target, CancellationToken.None));
    }

    [Fact]
    public async Task Relay_SilentAfterTls_IsGivenUpAfterTenSeconds()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness(time);

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.ReceiveCellAsync(); // The link handshake's clock is started before this is sent.
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(getting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ChannelEnd.HandshakeFailed, (await Assert.ThrowsAsync<ChannelException>(() => getting)).End);
    }

    [Trait("Case", "B32")]
    [Fact]
    public async Task Relay_SilentBeforeTls_IsGivenUpAfterTenSeconds()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness(time);

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        using System.Net.Sockets.Socket socket = await relay.AcceptTcpAsync();
        await socket.ReceiveAsync(new byte[16]);
        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(ChannelEnd.HandshakeFailed, (await Assert.ThrowsAsync<ChannelException>(() => getting)).End);
    }

    // B32: something that is not TLS.
    [Trait("Case", "B32")]
    [Fact]
    public async Task Relay_ThatSpeaksNoTls_IsAFailure()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        using System.Net.Sockets.Socket socket = await relay.AcceptTcpAsync();
        await socket.SendAsync("HTTP/1.0 400 Bad Request\r\n\r\n"u8.ToArray());

        Assert.Equal(ChannelEnd.HandshakeFailed, (await Assert.ThrowsAsync<ChannelException>(() => getting)).End);
    }

    // B34.
    [Trait("Case", "B34")]
    [Theory]
    [InlineData(7200)]
    [InlineData(-7200)]
    public async Task ClockSkew_OfAProvenRelay_IsTold(int ahead)
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        var told = new List<ClockSkewObservation>();
        harness.Manager.ClockSkewObserved += told.Add;

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.HandshakeAsync(timestamp: (uint)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - ahead));
        await getting;

        Assert.InRange(Assert.Single(told).Skew.TotalSeconds, ahead - 60, ahead + 60);
    }

    [Trait("Case", "B34")]
    [Fact]
    public async Task ClockSkew_OfARelayWithBadCertificates_IsNotBelieved()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        harness.Manager.ClockSkewObserved += _ => Assert.Fail("believed");

        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.ReceiveCellAsync();
        await link.SendVersionsAsync(5);
        await UnlessClosedAsync(async () =>
        {
            await link.SendCertsAsync(new CertsMessage([]));
            await link.SendAuthChallengeAsync();
            await link.SendNetinfoAsync(1);
        });

        await Assert.ThrowsAsync<ChannelException>(() => getting);
    }

    internal static async Task RefusedAsync(ChannelEnd expected, Func<LoopbackLink, Task> script)
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await RefusedAsync(expected, relay, relay.Target, script);
    }

    internal static async Task RefusedAsync(ChannelEnd expected, LoopbackRelay relay, HopTarget target, Func<LoopbackLink, Task> script)
    {
        await using var harness = new ChannelHarness();
        Task<TorChannel> getting = harness.Manager.GetAsync(target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.ReceiveCellAsync();
        await UnlessClosedAsync(() => script(link));

        ChannelException e = await Assert.ThrowsAsync<ChannelException>(() => getting.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(expected, e.End);
        Assert.Empty(harness.Manager.Channels);
        Assert.Equal(1, harness.Meters["gotor.connection.failures"]);
        Assert.Equal(expected is ChannelEnd.HandshakeFailed ? 0 : 1, harness.Meters["gotor.channel.violations"]);
    }

    // A client that is offended closes at once, also while the relay still talks.
    private static async Task UnlessClosedAsync(Func<Task> script)
    {
        try
        {
            await script();
        }
        catch (IOException)
        {
            // The test goes on to see what the client made of it.
        }
    }

    private static async Task SendAsync(LoopbackLink link, string steps)
    {
        foreach (string step in steps.Split(' '))
        {
            Task sending = step switch
            {
                "versions" => link.SendVersionsAsync(3, 4, 5),
                "versions3" => link.SendVersionsAsync(1, 2, 3),
                "versions-odd" => link.SendCellAsync(CircuitId.Channel, ChannelCommand.Versions, new byte[] { 0, 4, 0 }),
                "certs" => link.SendCertsAsync(),
                "certs-empty" => link.SendCellAsync(CircuitId.Channel, ChannelCommand.Certs, default),
                "certs-circuit" => link.SendAsync(new CircuitId(1), link.Keys.MakeCerts(DateTimeOffset.UtcNow)),
                "auth" => link.SendAuthChallengeAsync(),
                "auth-cut" => link.SendCellAsync(CircuitId.Channel, ChannelCommand.AuthChallenge, new byte[33]),
                "netinfo" => link.SendNetinfoAsync(),
                "half" => link.SendRawAsync(new byte[] { 0, 0, 0, 0, (byte)ChannelCommand.Certs, 1 }),
                "padding" => link.SendCellAsync(CircuitId.Channel, ChannelCommand.Padding, default),
                "relay" => link.SendCellAsync(CircuitId.Channel, ChannelCommand.Relay, default),
                _ => link.SendCellAsync(CircuitId.Channel, (ChannelCommand)244, new byte[3]),
            };
            await sending;
        }
    }

    private static byte[] Encode(LoopbackLink link, CertsMessage certs)
    {
        var body = new byte[4096];
        var writer = new WireWriter(body);
        certs.Encode(ref writer);
        return link.MakeCell(CircuitId.Channel, ChannelCommand.Certs, writer.WrittenSpan);
    }
}
