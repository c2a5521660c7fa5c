using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Streams;

/// <summary>SENDMEs of a circuit, and what its windows forbid.</summary>
public sealed class CircuitWindowTests
{
    private static readonly byte[] Body = [1, 2, 3];

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
}
