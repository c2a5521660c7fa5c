using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Links;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Tests.Hostile;

/// <summary>Whoever breaks the rules of a link loses that link, and nobody else loses anything.</summary>
[Collection(SharedSandbox.Name)]
public sealed class HostileLinkTests(SandboxFixture fixture)
{
    private SandboxRelay Guard => fixture.Network.Relays.First(relay => (relay.Flags & RelayFlags.Guard) != 0);

    public static TheoryData<string, string[]> BadHandshakes => new()
    {
        { "nonsense", ["474554202f20485454502f312e300d0a0d0a"] },
        { "no version in common", ["Versions:0003"] },
        { "half a version", ["Versions:000400"] },
        { "NETINFO first", ["Netinfo"] },
        { "NETINFO twice", ["Versions:00040005", "Netinfo", "Netinfo"] },
        { "VERSIONS twice", ["Versions:00040005", "Versions:00040005"] },
        { "CERTS without AUTHENTICATE", ["Versions:00040005", "Certs", "Netinfo"] },
        { "CERTS twice", ["Versions:00040005", "Certs", "Certs"] },
        { "a circuit during the handshake", ["Versions:00040005", "Create2"] },
        { "AUTH_CHALLENGE from a client", ["Versions:00040005", "AuthChallenge"] },
    };

    [Theory]
    [MemberData(nameof(BadHandshakes))]
    public async Task Handshake_ThatLeavesTheOrder_ClosesTheLink(string what, string[] steps)
    {
        await using RawLink link = await RawLink.ConnectAsync(Guard);

        foreach (string step in steps)
            await link.SendRawAsync(Encode(step));

        await ExpectCloseAsync(link, what);
        await using RawLink other = await RawLink.OpenAsync(Guard);
        using RawCircuit good = await other.CreateAsync();
    }

    [Theory]
    [InlineData(nameof(ChannelCommand.Netinfo), 0u)]
    [InlineData(nameof(ChannelCommand.Created2), 0x8000_0001u)]
    [InlineData(nameof(ChannelCommand.Relay), 0u)]
    [InlineData(nameof(ChannelCommand.Create2), 0x0000_0001u)] // An id of the relay's.
    [InlineData(nameof(ChannelCommand.Create2), 0u)]
    [InlineData(nameof(ChannelCommand.PaddingNegotiate), 0x8000_0001u)]
    public async Task Cell_ThatNobodyMaySend_ClosesTheLink(string command, uint id)
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);

        await link.SendAsync(new CircuitId(id), Enum.Parse<ChannelCommand>(command));

        await ExpectCloseAsync(link, command);
        await using RawLink other = await RawLink.OpenAsync(Guard);
        using RawCircuit good = await other.CreateAsync();
    }

    [Fact]
    public async Task CircuitId_InUse_ClosesTheLink()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        using RawCircuit circuit = await link.CreateAsync();

        await link.SendAsync(circuit.Id, ChannelCommand.CreateFast);

        await ExpectCloseAsync(link, "reuse");
    }

    [Fact]
    public async Task CreateOfTap_CostsOnlyThatCircuit()
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);
        var id = new CircuitId(CircuitId.InitiatorBit | 5);

        await link.SendAsync(id, ChannelCommand.Create);

        Assert.Equal(ChannelCommand.Destroy, (await link.ReceiveAsync(id))?.Command);
        using RawCircuit good = await link.CreateAsync();
    }

    [Theory]
    [InlineData(nameof(ChannelCommand.Padding))]
    [InlineData("99")]
    public async Task Padding_AndCellsOfTheFuture_AreDropped(string command)
    {
        await using RawLink link = await RawLink.OpenAsync(Guard);

        await link.SendAsync(CircuitId.Channel, Enum.Parse<ChannelCommand>(command));

        using RawCircuit good = await link.CreateAsync();
    }

    private static byte[] Encode(string step) => step.Split(':') switch
    {
        ["Versions", string versions] => [0, 0, 7, 0, (byte)(versions.Length / 2), .. Convert.FromHexString(versions)],
        ["Netinfo"] => RawLink.Cell(CircuitId.Channel, ChannelCommand.Netinfo, [0, 0, 0, 0, 4, 4, 127, 0, 0, 1, 0]),
        ["Certs"] => LinkCells.Wide(new CertsMessage([])),
        ["AuthChallenge"] => LinkCells.Wide(new AuthChallengeMessage(new byte[32], [3])),
        ["Create2"] => RawLink.Cell(new CircuitId(0x8000_0001), ChannelCommand.Create2, []),
        _ => Convert.FromHexString(step),
    };

    private static async Task ExpectCloseAsync(RawLink link, string what)
    {
        int cells = 0;
        while (await link.ReceiveAsync() is not null)
            Assert.True(++cells < 20, $"The relay goes on after {what}.");
    }
}
