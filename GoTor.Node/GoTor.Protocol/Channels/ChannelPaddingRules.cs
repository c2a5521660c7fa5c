using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Channels;

/// <summary>The option ConnectionPadding.</summary>
internal enum ConnectionPadding
{
    /// <summary>Pad where the relay does.</summary>
    Auto,

    /// <summary>Neither side pads.</summary>
    Off,

    /// <summary>Pad even where the relay cannot.</summary>
    On,
}

/// <summary>How much a client pads one channel.</summary>
internal enum ChannelPaddingMode
{
    Normal,

    /// <summary>We pad seldom and the relay not at all: for those who pay for their bytes.</summary>
    Reduced,

    Off,
}

/// <summary>The consensus parameters nf_ito_*, in milliseconds. Both low and high zero means no padding.</summary>
/// <param name="BeforeUsage">nf_pad_before_usage: channels are padded as soon as circuits are built over them, not only once they carry data.</param>
internal sealed record ChannelPaddingParameters(
    int Low = 1500, int High = 9500, int ReducedLow = 9000, int ReducedHigh = 14000, bool BeforeUsage = true);

/// <summary>What a client does about padding on a channel that has just opened.</summary>
/// <param name="Negotiate">What the relay is told at once; null when what it does by itself suits us, or it would not understand.</param>
internal readonly record struct ChannelPaddingPlan(ChannelPaddingMode Mode, PaddingNegotiateMessage? Negotiate);

/// <summary>
/// Padding that keeps a channel from being idle long enough to split it into separate records in a router's flow log.
/// </summary>
/// <remarks>https://spec.torproject.org/padding-spec/connection-level-padding.html</remarks>
internal static class ChannelPaddingRules
{
    private const int FirstVersionWithPadding = 5;

    /// <summary>
    /// How long the channel may be silent before we send padding; null when it is not padded. It is the larger of two draws, since the
    /// relay does the same and the earlier of both counts: together they come out in the middle of the range.
    /// </summary>
    public static TimeSpan? NextDelay(ChannelPaddingMode mode, ChannelPaddingParameters parameters, TorRandom random)
    {
        if (mode == ChannelPaddingMode.Off)
            return null;
        (int low, int high) = (parameters.Low, parameters.High);
        if (low == 0 && high == 0)
            return null;
        // The consensus stays the floor.
        if (mode == ChannelPaddingMode.Reduced)
            (low, high) = (Math.Max(low, parameters.ReducedLow), Math.Max(high, parameters.ReducedHigh));
        int delay = low >= high ? low : Math.Max(random.Next(low, high), random.Next(low, high));
        return TimeSpan.FromMilliseconds(delay);
    }

    /// <summary>
    /// Relays of link protocol 5 pad by themselves and can be told to stop. We never tell a relay to start: its own range is the consensus's,
    /// and a client that asked for another would stand out.
    /// </summary>
    /// <param name="reduced">The option ReducedConnectionPadding.</param>
    public static ChannelPaddingPlan Plan(ConnectionPadding option, bool reduced, int linkVersion)
    {
        bool relayPads = linkVersion >= FirstVersionWithPadding;
        if (option == ConnectionPadding.Off || (option == ConnectionPadding.Auto && !relayPads))
            return new ChannelPaddingPlan(ChannelPaddingMode.Off, relayPads ? PaddingNegotiateMessage.Stop : null);
        return reduced
            ? new ChannelPaddingPlan(ChannelPaddingMode.Reduced, relayPads ? PaddingNegotiateMessage.Stop : null)
            : new ChannelPaddingPlan(ChannelPaddingMode.Normal, null);
    }
}
