using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Streams;

/// <summary>What an exit can send on streams that are open, ended, or half ended.</summary>
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

    [Trait("Case", "B13")]
    [Theory]
    [InlineData("wrong tag")]
    [InlineData("version 2")]
    [InlineData("version 0")]
    [InlineData("16 bytes")]
    [InlineData("cut short")]
    [InlineData("twice")]
    public async Task CircuitSendme_ThatDoesNotProveReceipt_EndsTheCircuit(string how)
    {
        using var harness = new CircuitHarness(parameters: new CircuitParameters { SendmeAcceptMinVersion = 1 });
        harness.Network.Prepare = lane => lane.Circuit.SendsCircuitSendmes = false;
        Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        byte[] tag = [];
        harness.Lane.Circuit.Intercept = (relay, hop, command, _, _) =>
        {
            if (command == RelayCommand.Data && relay.DataReceived == 99)
                tag = relay.ForwardTag(hop).ToArray();
            return false;
        };
        for (int i = 0; i < 110; i++)
            await stream.WriteAsync(Body);
        await CircuitHarness.EventuallyAsync(() => harness.Lane.Circuit.DataReceived >= 100 && tag.Length > 0);
        byte[] good = [1, 0, 20, .. tag];
        await harness.DoAsync(relay =>
        {
            byte[] sent = [.. good];
            switch (how)
            {
                case "wrong tag":
                    sent[^1] ^= 1;
                    break;
                case "version 2":
                    sent[0] = 2;
                    break;
                case "version 0":
                    sent = [];
                    break;
                case "16 bytes":
                    sent[2] = 16;
                    break;
                case "cut short":
                    sent = sent[..^1];
                    break;
                case "twice":
                    relay.Send(2, RelayCommand.Sendme, StreamId.Circuit, sent);
                    break;
            }

            relay.Send(2, RelayCommand.Sendme, StreamId.Circuit, sent);
        });
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

    [Fact]
    public async Task CircuitSendme_OfVersion0_IsAcceptedWhereTheConsensusAllowsIt()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.SendsCircuitSendmes = false;
        await using Circuit circuit = await harness.BuildAsync();
        TorStream stream = await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);
        await stream.WriteAsync(new byte[110 * 498]);
        await CircuitHarness.EventuallyAsync(() => harness.Lane.Circuit.DataReceived >= 100);
        await harness.DoAsync(relay => relay.Send(2, RelayCommand.Sendme, StreamId.Circuit, []));
        Assert.True(circuit.IsOpen);
    }

    [Fact]
    public async Task Data_BeyondTheCircuitWindow_EndsTheCircuit()
    {
        using var harness = new CircuitHarness();
        Circuit circuit = await harness.BuildAsync();
        var streams = new List<TorStream>();
        for (int i = 0; i < 2; i++)
            streams.Add(await circuit.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None));

        // A stream that nobody reads ends the circuit with its message 501, whatever the circuit's window says.
        await harness.DoAsync(relay =>
        {
            StreamId id = relay.Streams.Values.First().Id;
            for (int i = 0; i < 500; i++)
                relay.SendData(2, id, Body);
        });
        Assert.True(circuit.IsOpen);
        await harness.DoAsync(relay => relay.SendData(2, relay.Streams.Values.First().Id, Body));
        await CircuitRuleTests.AssertEndedAsync(circuit, harness, CircuitEndKind.Violation);
    }

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

    [Fact]
    public async Task Early_DataBeforeConnected_TravelsBehindBeginAndAsItGrows()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        var early = new OptimisticData();
        early.Append("first "u8);
        Task<TorStream> opening = circuit.OpenStreamAsync("silent", 7, BeginFlags.None, early, CancellationToken.None);
        ScriptedCircuit exit = harness.Lane.Circuit;
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Count == 1 && exit.Streams.Values.Single().ReceivedLength == 6);
        early.Append("second"u8);
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Values.Single().ReceivedLength == 12);
        Assert.False(opening.IsCompleted);
        await harness.DoAsync(relay => relay.Send(2, RelayCommand.Connected, OnlyStream(relay), []));
        await using TorStream stream = await opening.WaitAsync(CircuitHarness.Patience);
        Assert.Equal(12, early.Sent);

        // From here on the proxy sends for itself.
        early.Append("third"u8);
        await stream.WriteAsync(early.From(early.Sent));
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Values.Single().ReceivedLength == 17);
        Assert.Equal(
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData("first secondthird"u8)), exit.Streams.Values.Single().ReceivedHash);
    }

    [Fact]
    public async Task Early_MoreThanAStreamQueues_ArrivesWhole()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        var early = new OptimisticData();
        byte[] bytes = new byte[OptimisticData.Limit + 20_000];
        ScriptedStream.Served(0, bytes);
        early.Append(bytes);
        harness.Lane.Hold(true);
        Task<TorStream> opening = circuit.OpenStreamAsync("echo", 7, BeginFlags.None, early, CancellationToken.None);
        harness.Lane.Hold(false);
        await using TorStream stream = await opening.WaitAsync(CircuitHarness.Patience);
        await stream.WriteAsync(bytes.AsMemory(early.Sent));
        byte[] received = new byte[bytes.Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.True(received.AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task Early_StreamRefused_KeepsEverythingForTheNextCircuit()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        var early = new OptimisticData();
        early.Append("all of it"u8);
        await Assert.ThrowsAsync<StreamFailedException>(
            () => circuit.OpenStreamAsync("refuse", 7, BeginFlags.None, early, CancellationToken.None));
        await using TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, early, CancellationToken.None);
        byte[] received = new byte[9];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.Equal("all of it"u8.ToArray(), received);
    }

    [Fact]
    public async Task Directory_RequestTravelsBehindBeginDir()
    {
        using var harness = new CircuitHarness(hops: 1);
        await using Circuit circuit = await harness.Builder.BuildAsync([harness.Network.Hops[0].TargetWithoutKey], CancellationToken.None);
        harness.Lane.Hold(true);
        await using TorStream stream = await circuit.OpenDirectoryStreamAsync(CancellationToken.None);
        await stream.WriteAsync("GET /"u8.ToArray());
        Assert.Equal(1, circuit.OpenStreams);
        harness.Lane.Hold(false);
        byte[] received = new byte[5];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.Equal("GET /"u8.ToArray(), received);
        Assert.Empty(harness.Lane.Circuit.Complaints);
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
