using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto.Handshakes;

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
}
