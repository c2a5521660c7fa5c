using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Network;

namespace GoTor.Client.Tests.Circuits;

public sealed class CircuitBuilderTests
{
    [Theory]
    [InlineData(true, HandshakeType.NtorV3)]
    [InlineData(false, HandshakeType.Ntor)]
    internal async Task Build_ThreeHops_UsesTheHandshakeThatTheRelaysSpeak(bool ntorV3, HandshakeType expected)
    {
        using var harness = new CircuitHarness(ntorV3: ntorV3);
        await using Circuit circuit = await harness.BuildAsync();
        Assert.True(circuit.IsOpen);
        Assert.Equal(3, circuit.Path.Count);
        Assert.All(harness.Network.Hops, hop => Assert.Equal([expected], hop.Handshakes));
        Assert.Equal(3, harness.Lane.Circuit.HopCount);
        Assert.Empty(harness.Lane.Circuit.Complaints);
    }

    [Fact]
    public async Task Build_FirstHopWithoutKey_UsesCreateFast()
    {
        using var harness = new CircuitHarness(hops: 1);
        await using Circuit circuit = await harness.Builder.BuildAsync([harness.Network.Hops[0].TargetWithoutKey], CancellationToken.None);
        Assert.Equal([HandshakeType.Fast], harness.Network.Hops[0].Handshakes);
    }

    // What C tor writes (extend_cell_format) with ExtendByEd25519ID 0, its default, and 1.
    [Theory]
    [InlineData(false, false, new byte[] { 0, 2 })]
    [InlineData(true, false, new byte[] { 0, 2 })]
    [InlineData(false, true, new byte[] { 0, 2, 3 })]
    [InlineData(true, true, new byte[] { 0, 2, 3 })]
    public async Task Extend2_NamesTheNextRelay_AsTheConsensusWants(bool ntorV3, bool byEd25519, byte[] specifiers)
    {
        using var harness = new CircuitHarness(ntorV3: ntorV3, parameters: new CircuitParameters { ExtendByEd25519Id = byEd25519 });
        List<Extend2Message> extends = [];
        harness.Network.Prepare = lane => lane.Circuit.Intercept = (_, _, command, _, message) =>
        {
            if (command == RelayCommand.Extend2)
                extends.Add(RelayMessages.Decode<Extend2Message>(message));
            return false;
        };
        await using Circuit circuit = await harness.BuildAsync();
        await CircuitRuleTests.AssertEchoesAsync(circuit);
        Assert.Equal(2, extends.Count);
        Assert.All(extends, extend => Assert.Equal(specifiers, extend.LinkSpecifiers.Select(specifier => (byte)specifier.Type)));
        if (byEd25519)
            Assert.Equal(harness.Network.Hops[1].Ed25519Identity.AsSpan().ToArray(), extends[0].LinkSpecifiers[2].Value.ToArray());
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(7, true)]
    [InlineData(-1, false)]
    public void ExtendByEd25519Id_FollowsTheConsensus_AndIsOffWithoutAWord(int? said, bool expected)
    {
        Dictionary<string, int> values = said is { } value ? new() { ["ExtendByEd25519ID"] = value } : [];
        Assert.Equal(expected, CircuitSettings.From(new ConsensusParameters(values)).ExtendByEd25519Id);
    }
}
