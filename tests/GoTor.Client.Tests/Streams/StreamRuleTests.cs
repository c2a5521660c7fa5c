using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Streams;

/// <summary>What an exit can send on streams that are being opened or open.</summary>
public sealed class StreamRuleTests
{
    private static readonly byte[] Body = [1, 2, 3];

    private static StreamId OnlyStream(ScriptedCircuit relay) => relay.Streams.Values.Single().Id;

    [Trait("Case", "B10")]
    [Theory]
    [InlineData(RelayCommand.Connected, 0)]
    [InlineData(RelayCommand.Resolved, 0)]
    [InlineData(RelayCommand.Xoff, 1)]
    [InlineData(RelayCommand.Xon, 5)]
    [InlineData(RelayCommand.Sendme, 0)]
    [InlineData(RelayCommand.Data, 0)]
    internal async Task Message_ThatAnOpenStreamCannotGet_EndsTheCircuit(RelayCommand command, int length)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await harness.DoAsync(relay => relay.Send(2, command, OnlyStream(relay), new byte[length]));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1]).AsTask());
    }

    [Theory]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.Sendme)]
    [InlineData(RelayCommand.Resolved)]
    internal async Task Message_BeforeConnected_EndsTheCircuit(RelayCommand command)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        Task<TorStream> opening = circuit.OpenStreamAsync("silent", 7, BeginFlags.None, null, CancellationToken.None);
        await CircuitHarness.EventuallyAsync(() => harness.Lane.Circuit.Streams.Count == 1);
        await harness.DoAsync(relay => relay.Send(2, command, OnlyStream(relay), Body));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
        StreamFailedException failure = await Assert.ThrowsAsync<StreamFailedException>(() => opening);
        Assert.True(failure.CircuitEnded);
    }

    [Trait("Case", "B08")]
    [Theory]
    [InlineData(RelayCommand.End)]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.Sendme)]
    internal async Task Message_ForAStream_FromAnotherHop_EndsTheCircuit(RelayCommand command)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await harness.DoAsync(relay => relay.Send(1, command, OnlyStream(relay), Body));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1]).AsTask());
    }

    [Trait("Case", "B27")]
    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 6, 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 0, 1 })]
    public async Task Connected_Malformed_EndsTheCircuitAtOnce(byte[] body)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        Task<TorStream> opening = circuit.OpenStreamAsync("silent", 7, BeginFlags.None, null, CancellationToken.None);
        await CircuitHarness.EventuallyAsync(() => harness.Lane.Circuit.Streams.Count == 1);
        await harness.DoAsync(relay =>
        {
            relay.Send(2, RelayCommand.Connected, OnlyStream(relay), body);
            relay.Send(2, RelayCommand.Data, OnlyStream(relay), Body);
        });
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
        await Assert.ThrowsAsync<StreamFailedException>(() => opening);
    }

    [Trait("Case", "B01")]
    [Trait("Case", "B28")]
    [Theory]
    [InlineData(new byte[0], EndReason.Misc)]
    [InlineData(new byte[] { 0 }, EndReason.Misc)]
    [InlineData(new byte[] { 15 }, EndReason.Misc)]
    [InlineData(new byte[] { 255 }, EndReason.Misc)]
    [InlineData(new byte[] { 3 }, EndReason.ConnectRefused)]
    [InlineData(new byte[] { 4, 192, 0, 2, 1, 0, 0, 0, 60 }, EndReason.ExitPolicy)]
    internal async Task End_InAnswerToBegin_IsTheReason(byte[] body, EndReason expected)
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        Task<TorStream> opening = circuit.OpenStreamAsync("silent", 7, BeginFlags.None, null, CancellationToken.None);
        await CircuitHarness.EventuallyAsync(() => harness.Lane.Circuit.Streams.Count == 1);
        await harness.DoAsync(relay => relay.Send(2, RelayCommand.End, OnlyStream(relay), body));
        StreamFailedException failure = await Assert.ThrowsAsync<StreamFailedException>(() => opening);
        Assert.Equal(expected, failure.Reason);
        Assert.False(failure.CircuitEnded);
        Assert.Equal(0, circuit.OpenStreams);
        await CircuitRuleTests.AssertEchoesAsync(circuit);
    }

    [Theory]
    [InlineData(EndReason.Done, null)]
    [InlineData(EndReason.Misc, TorErrorKind.StreamClosed)]
    [InlineData(EndReason.ConnectionReset, TorErrorKind.StreamClosed)]
    [InlineData(EndReason.Timeout, TorErrorKind.Timeout)]
    internal async Task End_AfterData_IsSeenWhenAllIsRead(EndReason reason, TorErrorKind? expected)
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await harness.DoAsync(relay =>
        {
            relay.SendData(2, OnlyStream(relay), Body);
            relay.SendData(2, OnlyStream(relay), Body);
            relay.Send(2, RelayCommand.End, OnlyStream(relay), [(byte)reason]);
        });
        byte[] buffer = new byte[10];
        Assert.Equal(6, await stream.ReadAtLeastAsync(buffer, 6));
        if (expected is null)
        {
            Assert.Equal(0, await stream.ReadAsync(buffer));
        }
        else
        {
            IOException failure = await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(buffer).AsTask());
            Assert.Equal(expected, Assert.IsType<TorException>(failure.InnerException).Kind);
        }

        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(Body).AsTask());
        await stream.CompleteWritesAsync();
        stream.Abort();
        await stream.DisposeAsync();
        await harness.DoAsync(relay => Assert.DoesNotContain(relay.Log, m => m.Command == RelayCommand.End));
    }

    [Theory]
    [InlineData("exämple")]
    [InlineData("nul\0")]
    public async Task Open_HostThatCannotBeSent_IsTheCallersMistake(string host)
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => circuit.OpenStreamAsync(host, 7, BeginFlags.None, null, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(
            () => circuit.OpenStreamAsync(new string('a', 600), 7, BeginFlags.None, null, CancellationToken.None));
        Assert.Equal(0, circuit.OpenStreams);
        await CircuitRuleTests.AssertEchoesAsync(circuit);
    }
}
