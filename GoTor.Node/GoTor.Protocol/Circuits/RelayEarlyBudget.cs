using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Circuits;

/// <summary>
/// A circuit may carry eight RELAY_EARLY cells, which bounds its length since every EXTEND2 must be one. What is left over goes to
/// the first other cells, so that the number of hops does not show. tor-spec §5.6.
/// </summary>
internal struct RelayEarlyBudget
{
    private const int Max = 8;

    // As C tor does: now and then one less, so that the count itself says little.
    public RelayEarlyBudget(TorRandom random) => Remaining = Max - random.Next(0, 2);

    public int Remaining { get; private set; }

    /// <summary>The command for a cell with this message, addressed to this hop (0 is the guard); counts it.</summary>
    /// <exception cref="InvalidOperationException">An EXTEND2, and nothing is left: the circuit cannot grow any more.</exception>
    public ChannelCommand CommandFor(RelayCommand message, int hop)
    {
        bool extends = message == RelayCommand.Extend2;
        if (Remaining > 0 && (extends || hop > 0))
        {
            Remaining--;
            return ChannelCommand.RelayEarly;
        }

        if (extends)
            throw new InvalidOperationException("The circuit has used up its RELAY_EARLY cells and cannot be extended.");
        return ChannelCommand.Relay;
    }
}
