using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Circuits;

/// <summary>Several circuits of three hops on one real channel, with all crypto: what a bad relay does to one of them is no matter of the others.</summary>
public sealed class SharedChannelTests
{
    private static readonly byte[] Body = [1, 2, 3];

    private static readonly Dictionary<string, Func<Attack, Task>> Attacks = new()
    {
        ["bad digest"] = attack => attack.SendAsync((relay, stream) => relay.SendDamaged(2, RelayCommand.Data, stream, Body, bit: 1000)),
        ["a cell of no hop"] = attack => attack.SendAsync((relay, _) => relay.SendCell(ChannelCommand.Relay, new byte[509])),
        ["stray command"] = attack => attack.SendAsync((relay, _) => relay.Send(2, RelayCommand.Extended2, StreamId.Circuit, Body)),
        ["stray stream"] = attack => attack.SendAsync((relay, _) => relay.Send(2, RelayCommand.Data, new StreamId(7), Body)),
        ["wrong hop"] = attack => attack.SendAsync((relay, stream) => relay.Send(1, RelayCommand.Data, stream, Body)),
        ["RELAY_EARLY"] = attack => attack.SendAsync((relay, _) => relay.SendCell(ChannelCommand.RelayEarly, new byte[509])),
        ["CREATED2 again"] = attack => attack.SendAsync((relay, _) => relay.SendCell(ChannelCommand.Created2, new byte[509])),
        ["DATA beyond the window"] = attack => attack.SendAsync((relay, stream) =>
        {
            // Nobody reads, so the client does not open the window of 500 again.
            for (int i = 0; i < 501; i++)
                relay.SendData(2, stream, Body);
        }),
        ["SENDME that none was due for"] = attack => attack.SendAsync((relay, _) => relay.Send(2, RelayCommand.Sendme, StreamId.Circuit, [1, 0, 20, .. new byte[20]])),
        ["forged SENDME"] = async attack =>
        {
            attack.Relay.SendsCircuitSendmes = false;
            for (int i = 0; i < 100; i++)
                await attack.Stream.WriteAsync(new byte[498]);
            await CircuitHarness.EventuallyAsync(() => attack.Relay.DataReceived >= 100);
            await attack.SendAsync((relay, _) => relay.Send(2, RelayCommand.Sendme, StreamId.Circuit, [1, 0, 20, .. new byte[20]]));
        },
    };

    public static TheoryData<string> Names => [.. Attacks.Keys];

    [Fact]
    public async Task ManyCircuits_OnOneChannel_EachMovesItsBytes()
    {
        await using LoopbackHarness harness = new();
        Circuit[] circuits = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => harness.BuildAsync()));
        await Task.WhenAll(circuits.Select(circuit => AssertMovesBytesAsync(circuit)));
        Assert.Equal(1, harness.Network.Nodes[0].Connections);
        LoopbackChannel channel = Assert.Single(harness.Network.Nodes[0].Channels);
        Assert.Equal(8, channel.Circuits.Count);
        Assert.All(channel.Circuits, circuit => Assert.Equal(3, circuit.HopCount));
        foreach (Circuit circuit in circuits)
            await circuit.DisposeAsync();
        await CircuitHarness.EventuallyAsync(() => channel.Circuits.All(circuit => circuit.IsDestroyed));
        Assert.Empty(channel.Circuits.SelectMany(circuit => circuit.Complaints));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Violation_OnOneCircuit_EndsItAndNothingElse(string how)
    {
        await using LoopbackHarness harness = new();
        Circuit bad = await harness.BuildAsync();
        Circuit good = await harness.BuildAsync();
        LoopbackChannel channel = Assert.Single(harness.Network.Nodes[0].Channels);
        ScriptedCircuit goodRelay = channel.Circuits[1];
        await using TorStream held = await good.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None);
        TorStream lost = await bad.OpenStreamAsync("sink", 7, BeginFlags.None, null, CancellationToken.None);

        await Attacks[how](new Attack(channel, channel.Circuits[0], lost));

        // Whichever room sees it first: the circuit ends by a violation, itself or as its channel found it.
        CircuitEnd end = await bad.Ended.WaitAsync(CircuitHarness.Patience);
        Assert.True(end.Kind == CircuitEndKind.Violation || end.Channel == ChannelEnd.Violation, end.ToString());
        await CircuitHarness.EventuallyAsync(() => channel.Circuits[0].IsDestroyed);
        await Assert.ThrowsAsync<IOException>(() => ReadToEndAsync(lost));
        await AssertMovesBytesAsync(held);
        await AssertMovesBytesAsync(good);
        Assert.False(good.Ended.IsCompleted);
        Assert.False(goodRelay.IsDestroyed);
        Assert.Empty(goodRelay.Complaints);

        await using Circuit next = await harness.BuildAsync();
        await AssertMovesBytesAsync(next);
        Assert.Equal(1, harness.Network.Nodes[0].Connections);
        Assert.True(Assert.Single(harness.Channels.Manager.Channels).IsOpen);
        Assert.Equal(3, channel.Circuits.Count);
        await good.DisposeAsync();
    }

    private static async Task AssertMovesBytesAsync(Circuit circuit)
    {
        await using TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, null, CancellationToken.None);
        await AssertMovesBytesAsync(stream);
    }

    /// <summary>Enough bytes both ways that every window must be opened again.</summary>
    internal static async Task AssertMovesBytesAsync(TorStream stream, int length = 600_000)
    {
        byte[] sent = new byte[length];
        ScriptedStream.Served(0, sent);
        byte[] received = new byte[length];
        using CancellationTokenSource patience = new(CircuitHarness.Patience);
        Task writing = stream.WriteAsync(sent, patience.Token).AsTask();
        await stream.ReadExactlyAsync(received, patience.Token);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received), "Bytes were changed on their way.");
    }

    private static async Task ReadToEndAsync(TorStream stream)
    {
        byte[] buffer = new byte[4096];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }

    internal sealed record Attack(LoopbackChannel Channel, ScriptedCircuit Relay, TorStream Stream)
    {
        public Task SendAsync(Action<ScriptedCircuit, StreamId> script) =>
            Channel.DoAsync(Relay, relay => script(relay, relay.Streams.Values.Single().Id)).WaitAsync(CircuitHarness.Patience);
    }
}
