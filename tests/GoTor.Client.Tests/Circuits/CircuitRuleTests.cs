using System.Text;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Circuits;

/// <summary>What a bad relay can send, and how far the damage goes: the circuit, and nothing else.</summary>
public sealed class CircuitRuleTests
{
    private static readonly byte[] Body = [1, 2, 3];

    [Trait("Case", "B17")]
    [Trait("Case", "B29")]
    [Theory]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.Begin)]
    [InlineData(RelayCommand.BeginDir)]
    [InlineData(RelayCommand.Connected)]
    [InlineData(RelayCommand.End)]
    [InlineData(RelayCommand.Extend)]
    [InlineData(RelayCommand.Extend2)]
    [InlineData(RelayCommand.Extended)]
    [InlineData(RelayCommand.Extended2)]
    [InlineData(RelayCommand.Truncate)]
    [InlineData(RelayCommand.Resolve)]
    [InlineData(RelayCommand.Resolved)]
    [InlineData(RelayCommand.Sendme)]
    [InlineData(RelayCommand.ConfluxLink)]
    [InlineData(RelayCommand.ConfluxLinked)]
    [InlineData(RelayCommand.ConfluxLinkedAck)]
    [InlineData(RelayCommand.ConfluxSwitch)]
    [InlineData(RelayCommand.Introduce2)]
    [InlineData(RelayCommand.Rendezvous2)]
    [InlineData(RelayCommand.PaddingNegotiate)]
    [InlineData(RelayCommand.PaddingNegotiated)]
    [InlineData(RelayCommand.Xoff)]
    [InlineData(RelayCommand.Xon)]
    [InlineData((RelayCommand)99)]
    [InlineData((RelayCommand)255)]
    internal async Task StrayMessage_OnTheCircuit_EndsIt(RelayCommand command)
    {
        foreach (int hop in new[] { 0, 1, 2 })
        {
            using var harness = new CircuitHarness();
            Circuit circuit = await harness.BuildAsync();
            await harness.DoAsync(relay => relay.Send(hop, command, StreamId.Circuit, Body));
            await AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
        }
    }

    [Trait("Case", "B09")]
    [Theory]
    [InlineData(RelayCommand.Data)]
    [InlineData(RelayCommand.Connected)]
    [InlineData(RelayCommand.End)]
    [InlineData(RelayCommand.Resolved)]
    [InlineData(RelayCommand.Sendme)]
    [InlineData(RelayCommand.Xoff)]
    [InlineData(RelayCommand.Truncated)]
    [InlineData(RelayCommand.Drop)]
    [InlineData((RelayCommand)99)]
    internal async Task Message_OnStreamThatNeverWas_EndsTheCircuit(RelayCommand command)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        await harness.DoAsync(relay => relay.Send(2, command, new StreamId(77), Body));
        await AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Fact]
    public async Task Drop_FromAnyHop_IsIgnored()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        await harness.DoAsync(relay =>
        {
            for (int hop = 0; hop < 3; hop++)
                relay.Send(hop, RelayCommand.Drop, StreamId.Circuit, Body);
        });
        await AssertEchoesAsync(circuit);
    }

    [Trait("Case", "B01")]
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Truncated_WithOrWithoutReason_EndsTheCircuitAndNamesTheHop(int length)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        byte[] body = length == 0 ? [] : [(byte)DestroyReason.ChannelClosed];
        await harness.DoAsync(relay => relay.Send(1, RelayCommand.Truncated, StreamId.Circuit, body));
        CircuitEnd end = await AssertEndedAsync(circuit, harness, CircuitEndKind.Truncated);
        Assert.Equal(2, end.Hop);
        Assert.Equal(length == 0 ? DestroyReason.None : DestroyReason.ChannelClosed, end.PeerReason);
    }

    [Trait("Case", "B37")]
    [Fact]
    public async Task Destroy_ByThePeer_EndsTheCircuitAndIsNotAnswered()
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None);
        await harness.DoAsync(relay =>
        {
            relay.SendCell(ChannelCommand.Destroy, [(byte)DestroyReason.ResourceLimit]);
            relay.SendCell(ChannelCommand.Destroy, [(byte)DestroyReason.ResourceLimit]);
            relay.Send(2, RelayCommand.Drop, StreamId.Circuit, []);
        });
        CircuitEnd end = await circuit.Ended.WaitAsync(CircuitHarness.Patience);
        Assert.Equal(new CircuitEnd(CircuitEndKind.Destroyed, PeerReason: DestroyReason.ResourceLimit), end);
        await harness.Lane.Closed.WaitAsync(CircuitHarness.Patience);
        Assert.False(harness.Lane.ClosedWithDestroy);
        IOException failure = await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1]).AsTask());
        Assert.Equal(TorErrorKind.CircuitClosed, Assert.IsType<TorException>(failure.InnerException).Kind);
    }

    [Trait("Case", "B37")]
    [Theory]
    [InlineData(ChannelCommand.Created2)]
    [InlineData(ChannelCommand.CreatedFast)]
    [InlineData(ChannelCommand.Created)]
    [InlineData(ChannelCommand.Create2)]
    [InlineData(ChannelCommand.RelayEarly)]
    internal async Task Cell_ThatBelongsToNoOpenCircuit_EndsIt(ChannelCommand command)
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        await harness.DoAsync(relay => relay.SendCell(command, new byte[40]));
        await AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Trait("Case", "B36")]
    [Fact]
    public async Task DamagedCell_WhicheverByte_EndsTheCircuitAndNothingReachesTheApplication()
    {
        // Each byte of the body has a turn, and each bit of a byte; the first bytes, which are the header, all eight.
        for (int position = 0; position < CellLayout.BodyLength; position += position < 11 ? 1 : 37)
        {
            using var harness = new CircuitHarness(hops: 2, ntorV3: false);
            Circuit circuit = await harness.BuildAsync();
            TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
            int bit = (position * 8) + (position % 8);
            await harness.DoAsync(relay => relay.SendDamaged(1, RelayCommand.Data, relay.Streams.Values.Single().Id, Body, bit));
            await AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
            await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[1]).AsTask());
        }
    }

    [Trait("Case", "B25")]
    [Fact]
    public async Task Inbox_BeyondItsQuota_RefusesCellsAndEndsTheCircuit()
    {
        using var harness = new CircuitHarness(hops: 1);
        Circuit circuit = await harness.BuildAsync();
        // A script runs before anything is handed over: all of it is one batch.
        await harness.DoAsync(relay =>
        {
            for (int i = 0; i <= CircuitReactor.MaxQueuedCells; i++)
                relay.Send(0, RelayCommand.Drop, StreamId.Circuit, []);
        });
        await AssertEndedAsync(circuit, harness, CircuitEndKind.QueueOverflow);
    }

    [Fact]
    [Trait("Case", "B25")]
    public async Task Inbox_BeyondItsQuotaWhileItIsClosed_ClosesOnce()
    {
        for (int round = 0; round < 50; round++)
        {
            using var harness = new CircuitHarness(hops: 1);
            Circuit circuit = await harness.BuildAsync();
            TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
            Task flooding = harness.DoAsync(relay =>
            {
                for (int i = 0; i <= CircuitReactor.MaxQueuedCells; i++)
                    relay.Send(0, RelayCommand.Drop, StreamId.Circuit, []);
            });
            Task closing = Task.Run(async () => await circuit.DisposeAsync());
            await Task.WhenAll(flooding, closing).WaitAsync(CircuitHarness.Patience);
            Assert.True((await circuit.Ended).Kind is CircuitEndKind.QueueOverflow or CircuitEndKind.ClosedByUs);
            Assert.Equal(1, harness.Lane.CloseCalls);
            Assert.Equal(0, circuit.OpenStreams);
            await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(Body).AsTask());
        }
    }

    // We negotiate no padding machine, so no relay has anything to say about one.
    [Fact]
    [Trait("Case", "B29")]
    public async Task PaddingNegotiated_AThousandTimes_EndsTheCircuitAndCostsNothing()
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        int before = CellBuffer.RentedCount;
        await harness.DoAsync(relay =>
        {
            for (int i = 0; i < 1000; i++)
                relay.Send(i % 3, RelayCommand.PaddingNegotiated, StreamId.Circuit, [0, 2, (byte)i, 1, 0, 0, 0, 0]);
        });
        await AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
        await CircuitHarness.EventuallyAsync(() => CellBuffer.RentedCount <= before);
    }

    [Trait("Case", "B05")]
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(505)]
    [InlineData(507)]
    [InlineData(65535)]
    public async Task Created2_WithAnotherLength_FailsTheBuildAtTheGuard(int length)
    {
        using var harness = new CircuitHarness(ntorV3: false);
        harness.Network.Prepare = lane => lane.Circuit.OnCreate = circuit =>
            circuit.SendCell(ChannelCommand.Created2, [(byte)(length >> 8), (byte)length, .. new byte[507]]);
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);
        Assert.True(failure.GuardAtFault);
        Assert.Equal(0, failure.HopsBuilt);
        Assert.True(failure.Reason.Kind is CircuitEndKind.HandshakeFailed or CircuitEndKind.Violation);
    }

    [Trait("Case", "B05")]
    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 65)]
    [InlineData(false, 490)]
    [InlineData(true, 0)]
    [InlineData(true, 63)]
    [InlineData(true, 64)]
    [InlineData(true, 490)]
    public async Task Extended2_WithAnotherLength_FailsTheBuildAtThatHop(bool ntorV3, int length)
    {
        using var harness = new CircuitHarness(ntorV3: ntorV3);
        harness.Network.Hops[1].AlterReply = reply => [.. reply.Take(length), .. new byte[Math.Max(0, length - reply.Length)]];
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);
        Assert.False(failure.GuardAtFault);
        Assert.Equal(1, failure.HopsBuilt);
        Assert.Equal(new CircuitEnd(CircuitEndKind.HandshakeFailed, Hop: 2), failure.Reason);
    }

    [Trait("Case", "B05")]
    [Fact]
    public async Task Extended2_LengthRunsOverTheMessage_FailsTheBuild()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.Intercept = (relay, hop, command, _, _) =>
        {
            if (command == RelayCommand.Extend2)
                relay.Send(hop, RelayCommand.Extended2, StreamId.Circuit, [0xff, 0xff, 1, 2, 3]);
            return command == RelayCommand.Extend2;
        };
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);
        Assert.Equal(1, failure.HopsBuilt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extended2_OneBitWrong_FailsTheBuild(bool ntorV3)
    {
        using var harness = new CircuitHarness(ntorV3: ntorV3);
        harness.Network.Hops[2].AlterReply = reply =>
        {
            reply[^1] ^= 1;
            return reply;
        };
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);
        Assert.Equal(new CircuitEnd(CircuitEndKind.HandshakeFailed, Hop: 3), failure.Reason);
    }

    [Fact]
    public async Task Extended2_FromAnotherHopThanTheLast_FailsTheBuild()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.Intercept = (relay, hop, command, _, _) =>
        {
            if (command != RelayCommand.Extend2 || hop == 0)
                return false;
            relay.Send(0, RelayCommand.Extended2, StreamId.Circuit, new byte[66]);
            return true;
        };
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);
        Assert.Equal(CircuitEndKind.Violation, failure.Reason.Kind);
        Assert.Equal(2, failure.HopsBuilt);
    }

    [Trait("Case", "B14")]
    [Trait("Case", "B15")]
    [Fact]
    public async Task NtorV3Reply_GrantsWhatNobodyAskedFor_FailsTheBuild()
    {
        using var harness = new CircuitHarness();
        harness.Network.Hops[0].Extensions =
            CircuitExtensions.Encode(new CircuitExtension(CircuitExtensionType.CongestionControlResponse, new byte[] { 31 }));
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);
        Assert.Equal(new CircuitEnd(CircuitEndKind.HandshakeFailed, Hop: 1), failure.Reason);
        Assert.True(failure.GuardAtFault);
    }

    [Fact]
    public async Task Truncated_WhileExtending_FailsTheBuildFurtherOut()
    {
        using var harness = new CircuitHarness();
        using var stranger = new ScriptedHop(Protocol.Crypto.TorRandom.Secure, ntorV3: true, number: 9);
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(
            () => harness.Builder.BuildAsync([harness.Network.Path[0], harness.Network.Path[1], stranger.Target], CancellationToken.None));
        Assert.Equal(new CircuitEnd(CircuitEndKind.Truncated, 2, DestroyReason.ConnectFailed), failure.Reason);
        Assert.False(failure.GuardAtFault);
        Assert.Equal(2, failure.HopsBuilt);
    }

    [Fact]
    public async Task Build_NoChannel_BlamesTheGuard()
    {
        using var harness = new CircuitHarness();
        harness.Network.ConnectFailure = ChannelEnd.WrongIdentity;
        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(harness.BuildAsync);
        Assert.True(failure.GuardAtFault);
        Assert.Equal(ChannelEnd.WrongIdentity, failure.Reason.Channel);
    }

    [Fact]
    public async Task ChannelBreaks_WhileStreamsAreOpen_TheyFail()
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None);
        Task<int> reading = stream.ReadAsync(new byte[1]).AsTask();
        harness.Lane.BreakChannel(ChannelEnd.ConnectionLost);
        Assert.Equal(CircuitEndKind.ChannelEnded, (await circuit.Ended.WaitAsync(CircuitHarness.Patience)).Kind);
        IOException failure = await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(CircuitHarness.Patience));
        Assert.Equal(TorErrorKind.RelayUnreachable, Assert.IsType<TorException>(failure.InnerException).Kind);
        await Assert.ThrowsAsync<StreamFailedException>(
            () => circuit.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None));
        Assert.Equal(0, circuit.OpenStreams);
    }

    [Fact]
    public async Task Extend_BeyondTheRelayEarlyBudget_IsRefusedAndTheCircuitLives()
    {
        using var harness = new CircuitHarness(hops: 4);
        await using Circuit circuit = await harness.Builder.BuildAsync([.. harness.Network.Path.Take(3)], CancellationToken.None);
        await AssertEchoesAsync(circuit);
        // Streams used what was left.
        for (int i = 0; i < 8; i++)
            await AssertEchoesAsync(circuit);
        await Assert.ThrowsAsync<InvalidOperationException>(() => circuit.ExtendAsync(harness.Network.Path[3], CancellationToken.None));
        await AssertEchoesAsync(circuit);
        Assert.InRange(harness.Lane.Circuit.EarlyCells, 7, 8);
        Assert.Empty(harness.Lane.Circuit.Complaints);
    }

    [Fact]
    public async Task Extend_OfAFreshCircuit_MakesItLonger()
    {
        using var harness = new CircuitHarness(hops: 4);
        await using Circuit circuit = await harness.Builder.BuildAsync([.. harness.Network.Path.Take(3)], CancellationToken.None);
        await circuit.ExtendAsync(harness.Network.Path[3], CancellationToken.None);
        Assert.Equal(4, circuit.Path.Count);
        await AssertEchoesAsync(circuit);
        await harness.DoAsync(relay =>
        {
            Assert.All(relay.Log.Where(m => m.Command == RelayCommand.Extend2), m => Assert.True(m.Early));
            Assert.Contains(relay.Log, m => m is { Hop: 3, Command: RelayCommand.Begin });
        });
        Assert.Empty(harness.Lane.Circuit.Complaints);
    }

    [Fact]
    public async Task Build_Cancelled_ClosesWhatWasBuilt()
    {
        using var harness = new CircuitHarness();
        using var giveUp = new CancellationTokenSource();
        harness.Network.Prepare = lane => lane.Circuit.Intercept = (_, hop, command, _, _) =>
        {
            if (command != RelayCommand.Extend2 || hop != 1)
                return false;
            giveUp.Cancel();
            return true;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => harness.Builder.BuildAsync(harness.Network.Path, giveUp.Token));
        await harness.Lane.Closed.WaitAsync(CircuitHarness.Patience);
        Assert.True(harness.Lane.ClosedWithDestroy);
    }

    [Fact]
    public async Task Dispose_Twice_ClosesOnceAndStreamsFirst()
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None);
        await Task.WhenAll(circuit.DisposeAsync().AsTask(), circuit.DisposeAsync().AsTask());
        await circuit.DisposeAsync();
        Assert.False(circuit.IsOpen);
        Assert.Equal(1, harness.Lane.CloseCalls);
        Assert.Equal(CircuitEndKind.ClosedByUs, (await circuit.Ended).Kind);
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(Body).AsTask());
        await stream.DisposeAsync();
        await stream.DisposeAsync();
    }

    internal static async Task AssertEchoesAsync(Circuit circuit)
    {
        await using TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None)
            .WaitAsync(CircuitHarness.Patience);
        byte[] sent = Encoding.ASCII.GetBytes("hello");
        await stream.WriteAsync(sent);
        byte[] received = new byte[sent.Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.Equal(sent, received);
    }

    /// <summary>The circuit ends for this reason, DESTROY says nothing, and the channel is untouched.</summary>
    internal static async Task<CircuitEnd> AssertEndedAsync(Circuit circuit, CircuitHarness harness, CircuitEndKind kind)
    {
        CircuitEnd end = await circuit.Ended.WaitAsync(CircuitHarness.Patience);
        Assert.Equal(kind, end.Kind);
        await harness.Lane.Closed.WaitAsync(CircuitHarness.Patience);
        Assert.True(harness.Lane.ClosedWithDestroy);
        Assert.False(circuit.IsOpen);
        Assert.Equal(0, circuit.OpenStreams);
        return end;
    }
}
