using System.Net;
using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Channels;

public sealed class ChannelManagerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Get_Twice_GivesTheSameChannel()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        var phases = new List<BootstrapPhase>();
        harness.Manager.Progressed += phases.Add;
        Task<LoopbackLink> accepting = relay.AcceptOpenAsync();

        TorChannel first = await harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        TorChannel second = await harness.Manager.GetAsync(relay.Target with { Ed25519Identity = null }, CancellationToken.None);
        await accepting;

        Assert.Same(first, second);
        Assert.Equal(1, harness.Meters["gotor.connection.attempts"]);
        Assert.Equal(1, harness.Meters["gotor.connection.active"]);
        Assert.Equal(
            [BootstrapPhase.Connecting, BootstrapPhase.Connected, BootstrapPhase.Handshaking, BootstrapPhase.HandshakeDone], phases);
    }

    [Fact]
    public async Task Get_WhileAnAttemptRuns_SharesItAndItsCallersCannotCancelIt()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        using var impatient = new CancellationTokenSource();

        Task<TorChannel> first = harness.Manager.GetAsync(relay.Target, impatient.Token);
        Task<TorChannel>[] others = [.. Enumerable.Range(0, 10).Select(_ => harness.Manager.GetAsync(relay.Target, CancellationToken.None))];
        LoopbackLink link = await relay.AcceptAsync();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await link.HandshakeAsync();

        TorChannel channel = await others[0].WaitAsync(Soon);
        foreach (Task<TorChannel> other in others)
            Assert.Same(channel, await other);
        Assert.Equal(1, harness.Meters["gotor.connection.attempts"]);
    }

    // B31: an open channel is not used for somebody else who claims the same RSA identity.
    [Trait("Case", "B31")]
    [Fact]
    public async Task Get_ForAnotherEd25519IdentityOfAnOpenChannel_IsRefused()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness();
        Task<LoopbackLink> accepting = relay.AcceptOpenAsync();
        await harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        await accepting;
        HopTarget somebodyElse = relay.Target with { Ed25519Identity = new Ed25519Identity(new byte[32]) };

        Task<TorChannel> getting = harness.Manager.GetAsync(somebodyElse, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => link.HandshakeAsync());

        Assert.Equal(ChannelEnd.WrongIdentity, (await Assert.ThrowsAsync<ChannelException>(() => getting)).End);
        Assert.Single(harness.Manager.Channels);
    }

    [Fact]
    public async Task Get_WhereNobodyListens_FailsAndTheNextTryIsARetry()
    {
        LoopbackRelay gone = LoopbackRelay.Start();
        await gone.DisposeAsync();
        await using var harness = new ChannelHarness();

        for (int i = 0; i < 2; i++)
        {
            ChannelException e = await Assert.ThrowsAsync<ChannelException>(() => harness.Manager.GetAsync(gone.Target, CancellationToken.None));
            Assert.Equal(ChannelEnd.ConnectFailed, e.End);
        }

        Assert.Equal(2, harness.Meters["gotor.connection.attempts"]);
        Assert.Equal(1, harness.Meters["gotor.connection.retries"]);
        Assert.Equal(2, harness.Meters["gotor.connection.failures"]);
        Assert.Equal(0, harness.Meters["gotor.connection.active"]);
    }

    [Trait("Case", "B59")]
    [Fact]
    public async Task Get_WithoutAnAddressThatOptionsAllow_DialsNothing()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness(options: new TorClientOptions { DataDirectory = "unused", ClientUseIPv4 = false });

        ChannelException e = await Assert.ThrowsAsync<ChannelException>(() => harness.Manager.GetAsync(relay.Target, CancellationToken.None));

        Assert.Equal(ChannelEnd.ConnectFailed, e.End);
    }

    [Fact]
    public async Task Get_WithADeadFirstAddress_ReachesTheSecond()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        LoopbackRelay gone = LoopbackRelay.Start();
        await gone.DisposeAsync();
        await using var harness = new ChannelHarness();
        Task<LoopbackLink> accepting = relay.AcceptOpenAsync();

        TorChannel channel = await harness.Manager.GetAsync(
            relay.Target with { OrPorts = [gone.Address, relay.Address] }, CancellationToken.None);
        await accepting;

        Assert.Equal(relay.Address, channel.Address);
    }

    [Fact]
    public async Task Dispose_EndsAttemptsAndChannels()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using LoopbackRelay silent = LoopbackRelay.Start(RelayKeys.Generate());
        var harness = new ChannelHarness();
        Task<LoopbackLink> accepting = relay.AcceptOpenAsync();
        TorChannel channel = await harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await accepting;
        Task<TorChannel> pending = harness.Manager.GetAsync(silent.Target, CancellationToken.None);
        using System.Net.Sockets.Socket socket = await silent.AcceptTcpAsync();

        await harness.DisposeAsync();

        Assert.Equal(ChannelEnd.ClosedByUs, await channel.Closed);
        Assert.Equal(ChannelEnd.ClosedByUs, (await Assert.ThrowsAsync<ChannelException>(() => pending)).End);
        await link.WaitForCloseAsync();
        await Assert.ThrowsAsync<ChannelException>(async () => await harness.Manager.GetAsync(relay.Target, CancellationToken.None));
    }

    // C tor: 3 to 4.5 minutes after the last circuit, half of it with ReducedConnectionPadding.
    [Theory]
    [InlineData(false, 179, 271)]
    [InlineData(true, 89, 136)]
    public async Task Channel_WithoutCircuits_IsClosedAfterAWhile(bool reduced, int alive, int closed)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness(time, Options with { ReducedConnectionPadding = reduced });
        (TorChannel channel, _) = await OpenAsync(relay, harness);

        ICircuitLink circuit = channel.OpenCircuit(new RecordingInbox());
        time.Advance(TimeSpan.FromHours(2));
        Assert.True(channel.IsOpen);
        circuit.Close(destroyedByPeer: false);
        time.Advance(TimeSpan.FromSeconds(alive));
        Assert.True(channel.IsOpen);
        time.Advance(TimeSpan.FromSeconds(closed - alive));

        Assert.Equal(ChannelEnd.ClosedByUs, await channel.Closed.WaitAsync(Soon));
    }

    [Theory]
    [InlineData(ConnectionPadding.Auto, false, 5, true, 1, 11)]
    [InlineData(ConnectionPadding.On, false, 5, true, 1, 11)]
    [InlineData(ConnectionPadding.On, false, 4, true, 1, 11)]
    [InlineData(ConnectionPadding.Auto, true, 5, true, 8, 16)]
    [InlineData(ConnectionPadding.Auto, false, 5, false, 299, 301)] // Carries only directory circuits: a sign of life every five minutes.
    [InlineData(ConnectionPadding.Auto, true, 4, true, 299, 301)]
    [InlineData(ConnectionPadding.Off, false, 5, true, 299, 301)]
    internal async Task Channel_InSilence_IsPaddedWhenItCarriesWholeCircuits(
        ConnectionPadding option, bool reduced, int linkVersion, bool extends, int earliest, int latest)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness(
            time, Options with { ConnectionPadding = option, ReducedConnectionPadding = reduced });
        (TorChannel channel, LoopbackLink link) = await OpenAsync(relay, harness, linkVersion);

        Send(channel.OpenCircuit(new RecordingInbox()), extends ? ChannelCommand.RelayEarly : ChannelCommand.Relay);
        // The relay hears at once that it should not pad, before any circuit.
        ReceivedCell first = await link.ReceiveCellAsync();
        if (linkVersion == 5 && (reduced || option == ConnectionPadding.Off))
        {
            Assert.Equal(PaddingNegotiateMessage.Stop, first.Decode<PaddingNegotiateMessage>());
            first = await link.ReceiveCellAsync();
        }

        Assert.Equal(extends ? ChannelCommand.RelayEarly : ChannelCommand.Relay, first.Command);
        Assert.InRange(await SecondsUntilPaddingAsync(time, link, earliest), earliest, latest + 2);
    }

    // nf_pad_before_usage=0: extensions alone, which travel in RELAY_EARLY, do not start it.
    [Fact]
    public async Task Channel_WhereTheConsensusWantsUsageFirst_IsPaddedOnceDataPassed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var harness = new ChannelHarness(
            time, parameters: new ConsensusParameters(new Dictionary<string, int> { ["nf_pad_before_usage"] = 0 }));
        (TorChannel channel, LoopbackLink link) = await OpenAsync(relay, harness);
        ICircuitLink circuit = channel.OpenCircuit(new RecordingInbox());

        Send(circuit, ChannelCommand.RelayEarly);
        Assert.Equal(ChannelCommand.RelayEarly, (await link.ReceiveCellAsync()).Command);
        Assert.InRange(await SecondsUntilPaddingAsync(time, link, 299), 299, 303);
        Send(circuit, ChannelCommand.Relay);
        Assert.Equal(ChannelCommand.Relay, (await link.ReceiveCellAsync()).Command);
        Assert.InRange(await SecondsUntilPaddingAsync(time, link, 1), 1, 13);
    }

    // Both limits 0: no padding, and, as with C tor, no word about it.
    [Theory]
    [InlineData("nf_ito_low", 0, 0, 299, 303)]
    [InlineData("nf_ito_low", 30_000, 40_000, 29, 43)]
    [InlineData("nf_ito_low_reduced", 50_000, 60_000, 49, 63)]
    public async Task Channel_WithOtherParameters_IsPaddedByThem(string name, int low, int high, int earliest, int latest)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using LoopbackRelay relay = LoopbackRelay.Start();
        bool reduced = name.EndsWith("_reduced", StringComparison.Ordinal);
        await using var harness = new ChannelHarness(
            time,
            Options with { ReducedConnectionPadding = reduced },
            new ConsensusParameters(new Dictionary<string, int> { [name] = low, [name.Replace("low", "high", StringComparison.Ordinal)] = high }));
        (TorChannel channel, LoopbackLink link) = await OpenAsync(relay, harness);

        Send(channel.OpenCircuit(new RecordingInbox()), ChannelCommand.RelayEarly);
        if (reduced)
            await link.ReceiveCellAsync();
        Assert.Equal(ChannelCommand.RelayEarly, (await link.ReceiveCellAsync()).Command);
        Assert.InRange(await SecondsUntilPaddingAsync(time, link, earliest), earliest, latest);
    }

    private static TorClientOptions Options { get; } = new() { DataDirectory = "unused" };

    private static async Task<(TorChannel Channel, LoopbackLink Link)> OpenAsync(LoopbackRelay relay, ChannelHarness harness, int linkVersion = 5)
    {
        Task<TorChannel> getting = harness.Manager.GetAsync(relay.Target, CancellationToken.None);
        LoopbackLink link = await relay.AcceptAsync();
        await link.HandshakeAsync(versions: [(ushort)linkVersion]);
        return (await getting.WaitAsync(Soon), link);
    }

    private static void Send(ICircuitLink circuit, ChannelCommand command)
    {
        CellBuffer cell = CellBuffer.Rent();
        cell.Command = command;
        circuit.Send(cell);
    }

    private static async Task<int> SecondsUntilPaddingAsync(FakeTimeProvider time, LoopbackLink link, int earliest)
    {
        // Real loops run beside the false clock: give them their turn after each step.
        Task<ReceivedCell> receiving = link.ReceiveCellAsync();
        int seconds = 0;
        while (!receiving.IsCompleted && seconds < 400)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
            await Task.WhenAny(receiving, Task.Delay(seconds < earliest ? 1 : 30));
        }

        Assert.Equal(ChannelCommand.Padding, (await receiving.WaitAsync(Soon)).Command);
        return seconds;
    }
}
