using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Circuits;

public sealed class CircuitRulesTests
{
    private static readonly StreamId Stream = new(5);

    [Fact]
    public void OwnerOf_EveryCommand_OnlyTheKnownOnesHaveAnOwner()
    {
        RelayCommand[] onStreams =
        [
            RelayCommand.Data, RelayCommand.End, RelayCommand.Connected, RelayCommand.Resolved, RelayCommand.Sendme, RelayCommand.Xon,
            RelayCommand.Xoff,
        ];
        for (int value = 0; value < 256; value++)
        {
            var command = (RelayCommand)value;
            Assert.Equal(onStreams.Contains(command) ? MessageOwner.Stream : null, OwnerOf(command, Stream));
            MessageOwner? onCircuit = command switch
            {
                RelayCommand.Sendme => MessageOwner.FlowControl,
                RelayCommand.Truncated => MessageOwner.Teardown,
                RelayCommand.Drop => MessageOwner.Nobody,
                _ => null,
            };
            Assert.Equal(onCircuit, OwnerOf(command, StreamId.Circuit));
        }
    }

    [Theory]
    [InlineData(2, true, true)]
    [InlineData(1, true, false)]
    [InlineData(0, true, false)]
    [InlineData(2, false, false)]
    public void OwnerOf_Extended2_OnlyFromTheLastHopWhileExtending(int hop, bool extending, bool allowed)
    {
        MessageOwner? owner = OwnerOf(RelayCommand.Extended2, StreamId.Circuit, hop, extending);
        Assert.Equal(allowed ? MessageOwner.Handshake : null, owner);
        Assert.Null(OwnerOf(RelayCommand.Extended2, Stream, hop, extending));
    }

    [Fact]
    public void RelayEarly_ThreeHops_LeavesTheRestForTheFirstCellsBeyondTheGuard()
    {
        for (int run = 0; run < 50; run++)
        {
            var budget = new RelayEarlyBudget(TorRandom.Secure);
            int total = budget.Remaining;
            Assert.InRange(total, 7, 8);
            Assert.Equal(ChannelCommand.RelayEarly, budget.CommandFor(RelayCommand.Extend2, 0));
            Assert.Equal(ChannelCommand.RelayEarly, budget.CommandFor(RelayCommand.Extend2, 1));
            // Towards the guard alone nothing is hidden.
            Assert.Equal(ChannelCommand.Relay, budget.CommandFor(RelayCommand.Data, 0));
            int early = 0;
            for (int i = 0; i < 20; i++)
                early += budget.CommandFor(RelayCommand.Data, 2) == ChannelCommand.RelayEarly ? 1 : 0;
            Assert.Equal(total - 2, early);
            Assert.Throws<InvalidOperationException>(() => budget.CommandFor(RelayCommand.Extend2, 2));
        }
    }

    private static MessageOwner? OwnerOf(RelayCommand command, StreamId stream, int hop = 2, bool extending = false)
    {
        try
        {
            return CircuitRules.OwnerOf(command, stream, hop, lastHop: 2, extending);
        }
        catch (CircuitViolationException)
        {
            return null;
        }
    }
}
