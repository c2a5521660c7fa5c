using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Channels;

/// <summary>How much a client pads its channels (ConnectionPadding and ReducedConnectionPadding).</summary>
internal enum ChannelPaddingMode
{
    Normal,

    /// <summary>We pad seldom and the relay not at all: for those who pay for their bytes.</summary>
    Reduced,

    Off,
}

/// <summary>The consensus parameters nf_ito_*, in milliseconds. Both limits zero means no padding.</summary>
internal sealed record ChannelPaddingParameters(int Low = 1500, int High = 9500, int ReducedLow = 9000, int ReducedHigh = 14000);

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

    /// <summary>What to tell the relay once the channel pads; null when its default suits us or it would not understand.</summary>
    public static PaddingNegotiateMessage? Negotiation(ChannelPaddingMode mode, int linkVersion) =>
        CanPad(linkVersion) && mode is ChannelPaddingMode.Reduced or ChannelPaddingMode.Off
            ? PaddingNegotiateMessage.Stop
            : null;

    /// <summary>Relays with an older link protocol do not pad, and neither do we on such a channel.</summary>
    public static bool CanPad(int linkVersion) => linkVersion >= FirstVersionWithPadding;
}
