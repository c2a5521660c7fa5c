using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Streams;

/// <summary>Names and addresses asked of an exit, and what it can answer.</summary>
public sealed class LookupTests
{
    private static readonly byte[] Body = [1, 2, 3];

    [Fact]
    public async Task Resolve_KnownName_AnswersAndUnknownNameIsPermanent()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        ResolveAnswer answer = await circuit.ResolveAsync("example", CancellationToken.None).WaitAsync(CircuitHarness.Patience);
        Assert.Equal("192.0.2.1", answer.Addresses.Single().ToString());
        Assert.Equal(TimeSpan.FromMinutes(10), answer.TimeToLive);
        Assert.Equal("example", (await circuit.ResolveAsync("1.2.0.192.in-addr.arpa", CancellationToken.None)).Hostname);
        StreamFailedException failure = await Assert.ThrowsAsync<StreamFailedException>(
            () => circuit.ResolveAsync("nowhere", CancellationToken.None));
        Assert.True(failure.IsPermanentResolveError);
        Assert.Equal(0, circuit.OpenStreams);
    }

    [Trait("Case", "TROVE-2026-018")]
    [Theory]
    [InlineData(RelayCommand.Xoff)]
    [InlineData(RelayCommand.Xon)]
    internal async Task Resolve_XoffOrXon_IsIgnored(RelayCommand command)
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.Intercept = (relay, hop, received, id, _) =>
        {
            if (received == RelayCommand.Resolve)
                relay.Send(hop, command, id, new byte[5]);
            return false;
        };
        await using Circuit circuit = await harness.BuildAsync();
        await circuit.ResolveAsync("example", CancellationToken.None).WaitAsync(CircuitHarness.Patience);
    }

    [Theory]
    [InlineData(RelayCommand.Connected)]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.Sendme)]
    internal async Task Resolve_AnsweredByAnythingElse_EndsTheCircuit(RelayCommand command)
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.Intercept = (relay, hop, received, id, _) =>
        {
            if (received == RelayCommand.Resolve)
                relay.Send(hop, command, id, Body);
            return received == RelayCommand.Resolve;
        };
        Circuit circuit = await harness.BuildAsync();
        await Assert.ThrowsAsync<StreamFailedException>(() => circuit.ResolveAsync("example", CancellationToken.None));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Fact]
    public async Task Resolve_Cancelled_EndsTheLookupAndTheAnswerMayStillCome()
    {
        using var harness = new CircuitHarness();
        using var giveUp = new CancellationTokenSource();
        StreamId asked = default;
        harness.Network.Prepare = lane => lane.Circuit.Intercept = (_, _, received, id, _) =>
        {
            if (received == RelayCommand.Resolve)
                asked = id;
            return received is RelayCommand.Resolve or RelayCommand.End;
        };
        await using Circuit circuit = await harness.BuildAsync();
        Task<ResolveAnswer> asking = circuit.ResolveAsync("example", giveUp.Token);
        await CircuitHarness.EventuallyAsync(() => asked != default);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await CircuitHarness.EventuallyAsync(() => circuit.OpenStreams == 0);
        await harness.DoAsync(relay => relay.Send(2, asked, new ResolvedMessage([])));
        harness.Lane.Circuit.Intercept = null;
        await CircuitRuleTests.AssertEchoesAsync(circuit);
    }
}
