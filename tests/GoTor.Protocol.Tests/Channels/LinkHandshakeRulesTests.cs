using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Channels;

public sealed class LinkHandshakeRulesTests
{
    private static readonly ChannelCommand[] RightOrder =
        [ChannelCommand.Versions, ChannelCommand.Certs, ChannelCommand.AuthChallenge, ChannelCommand.Netinfo];

    [Fact]
    public void Handshake_InOrder_Completes()
    {
        var rules = new LinkHandshakeRules();
        foreach (ChannelCommand command in RightOrder)
        {
            Assert.False(rules.IsComplete);
            Assert.True(rules.Admit(command, CircuitId.Channel));
        }

        Assert.True(rules.IsComplete);
    }

    [Fact]
    public void VPadding_AnywhereInTheHandshake_IsDropped()
    {
        var rules = new LinkHandshakeRules();
        foreach (ChannelCommand command in RightOrder)
        {
            Assert.False(rules.Admit(ChannelCommand.VPadding, CircuitId.Channel));
            Assert.True(rules.Admit(command, CircuitId.Channel));
        }
    }

    // TROVE-2026-006 and everything like it: after each prefix of the right order, every other command there is.
    [Trait("Case", "B07")]
    [Fact]
    public void Handshake_OutOfOrder_ClosesChannel()
    {
        for (int done = 0; done <= RightOrder.Length; done++)
        {
            for (int number = 0; number <= byte.MaxValue; number++)
            {
                var command = (ChannelCommand)number;
                bool expected = done < RightOrder.Length && (command == RightOrder[done] || command == ChannelCommand.VPadding);
                if (expected)
                    continue;
                var rules = new LinkHandshakeRules();
                foreach (ChannelCommand before in RightOrder.Take(done))
                    rules.Admit(before, CircuitId.Channel);
                Assert.Throws<ChannelViolationException>(() => rules.Admit(command, CircuitId.Channel));
            }
        }
    }

    [Fact]
    public void HandshakeCell_WithCircuitId_ClosesChannel() =>
        Assert.Throws<ChannelViolationException>(() => new LinkHandshakeRules().Admit(ChannelCommand.Versions, new CircuitId(1)));

    [Theory]
    [InlineData(new ushort[] { 3, 4, 5 }, 5)]
    [InlineData(new ushort[] { 5, 4 }, 5)]
    [InlineData(new ushort[] { 4 }, 4)]
    [InlineData(new ushort[] { 4, 6, 500 }, 4)]
    public void ChooseVersion_HighestInCommon_Wins(ushort[] theirs, int expected) =>
        Assert.Equal(expected, LinkHandshakeRules.ChooseVersion(new VersionsMessage(theirs)));

    [Trait("Case", "B35")]
    [Theory]
    [InlineData(new ushort[] { })]
    [InlineData(new ushort[] { 1, 2, 3 })]
    [InlineData(new ushort[] { 6, 1024, 1280 })]
    public void ChooseVersion_NoneInCommon_ClosesChannel(ushort[] theirs) =>
        Assert.Throws<ChannelViolationException>(() => LinkHandshakeRules.ChooseVersion(new VersionsMessage(theirs)));
}
