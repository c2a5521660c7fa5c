using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Streams;

/// <summary>What an exit can still send on streams that we, or it, have ended.</summary>
public sealed class HalfClosedStreamTests
{
    private static readonly byte[] Body = [1, 2, 3];

    private static StreamId OnlyStream(ScriptedCircuit relay) => relay.Streams.Values.Single().Id;

    [Trait("Case", "B09")]
    [Theory]
    [InlineData(RelayCommand.End)]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.Connected)]
    internal async Task Message_AfterTheirEnd_EndsTheCircuit(RelayCommand command)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await harness.DoAsync(relay =>
        {
            relay.Send(2, RelayCommand.End, OnlyStream(relay), [(byte)EndReason.Done]);
            relay.Send(2, command, OnlyStream(relay), Body);
        });
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Trait("Case", "B09")]
    [Fact]
    public async Task OurEnd_LateMessagesWithinTheWindows_AreCountedThenOneMoreEndsTheCircuit()
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await stream.WriteAsync(new byte[120 * 498]);
        ScriptedCircuit exit = harness.Lane.Circuit;
        await CircuitHarness.EventuallyAsync(() => exit.DataReceived >= 120);
        await harness.DoAsync(relay => relay.SendData(2, OnlyStream(relay), Body));
        await stream.DisposeAsync();
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Values.Single().EndedByClient);
        await harness.DoAsync(relay =>
        {
            for (int i = 0; i < 499; i++)
                relay.SendData(2, OnlyStream(relay), Body);
        });
        await CircuitRuleTests.AssertEchoesAsync(circuit);
        Assert.True(circuit.IsOpen);
        await harness.DoAsync(relay => relay.SendData(2, relay.Streams.Values.First(s => s.Target.StartsWith("sink", StringComparison.Ordinal)).Id, Body));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Trait("Case", "B09")]
    [Fact]
    public async Task OurEnd_StreamSendmesThatWereDue_AreAllowedOnceEach()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.SendsStreamSendmes = false;
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        for (int i = 0; i < 120; i++)
            await stream.WriteAsync(new byte[478]);
        ScriptedCircuit exit = harness.Lane.Circuit;
        await stream.CompleteWritesAsync();
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Values.Single().EndedByClient);
        int due = (int)exit.DataReceived / 50;
        await harness.DoAsync(relay =>
        {
            for (int i = 0; i < due; i++)
                relay.Send(2, RelayCommand.Sendme, OnlyStream(relay), []);
        });
        Assert.True(circuit.IsOpen);
        await harness.DoAsync(relay => relay.Send(2, RelayCommand.Sendme, OnlyStream(relay), []));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Trait("Case", "B08")]
    [Trait("Case", "B09")]
    [Theory]
    [InlineData(RelayCommand.End, 1)]
    [InlineData(RelayCommand.Data, 1)]
    [InlineData(RelayCommand.Sendme, 1)]
    [InlineData(RelayCommand.Connected, 1)]
    [InlineData(RelayCommand.Resolved, 1)]
    [InlineData(RelayCommand.Connected, 2)]
    [InlineData(RelayCommand.Resolved, 2)]
    internal async Task OurEnd_LateMessageFromTheWrongHopOrOfTheWrongKind_EndsTheCircuit(RelayCommand command, int hop)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await stream.CompleteWritesAsync();
        await harness.DoAsync(relay => relay.Send(hop, command, OnlyStream(relay), Body));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Trait("Case", "B09")]
    [Fact]
    public async Task OurEnd_TheirEndToo_FreesTheIdAndASecondOneEndsTheCircuit()
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await stream.CompleteWritesAsync();
        await harness.DoAsync(relay => relay.Send(2, RelayCommand.End, OnlyStream(relay), [(byte)EndReason.Done]));
        Assert.True(circuit.IsOpen);
        await harness.DoAsync(relay => relay.Send(2, RelayCommand.End, OnlyStream(relay), [(byte)EndReason.Done]));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Fact]
    public async Task Open_CancelledBeforeConnected_LateConnectedAndDataAreAllowed()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        using var giveUp = new CancellationTokenSource();
        Task<TorStream> opening = circuit.OpenStreamAsync("silent", 7, BeginFlags.None, null, giveUp.Token);
        ScriptedCircuit exit = harness.Lane.Circuit;
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Count == 1);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Values.Single().EndedByClient);
        Assert.Equal(0, circuit.OpenStreams);
        await harness.DoAsync(relay =>
        {
            relay.Send(2, RelayCommand.Connected, OnlyStream(relay), []);
            relay.SendData(2, OnlyStream(relay), Body);
            relay.Send(2, RelayCommand.End, OnlyStream(relay), [(byte)EndReason.Done]);
        });
        await CircuitRuleTests.AssertEchoesAsync(circuit);
        Assert.Empty(exit.Complaints);
    }
}
