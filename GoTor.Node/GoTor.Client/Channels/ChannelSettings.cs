using GoTor.Protocol.Channels;
using GoTor.Protocol.Network;

namespace GoTor.Client.Channels;

/// <summary>What the consensus and the user say about channels. Immutable.</summary>
/// <param name="ReducedPadding">The option ReducedConnectionPadding.</param>
internal sealed record ChannelSettings(ConnectionPadding ConnectionPadding, bool ReducedPadding, ChannelPaddingParameters Padding)
{
    private const int LongestPadding = 60_000;
    private static readonly TimeSpan ClientIdleTimeout = TimeSpan.FromMinutes(3);

    /// <summary>A channel without circuits is closed after once to one and a half times this. The less time idle, the less padding.</summary>
    public TimeSpan IdleTimeout => ReducedPadding ? ClientIdleTimeout / 2 : ClientIdleTimeout;

    public static ChannelSettings From(ConsensusParameters parameters, TorClientOptions options)
    {
        int low = parameters.Get("nf_ito_low", 1500, 0, LongestPadding);
        int reducedLow = parameters.Get("nf_ito_low_reduced", 9000, 0, LongestPadding);
        // nf_pad_relays is about channels between relays: a client's are always padded.
        var padding = new ChannelPaddingParameters(
            low,
            parameters.Get("nf_ito_high", 9500, low, LongestPadding),
            reducedLow,
            parameters.Get("nf_ito_high_reduced", 14_000, reducedLow, LongestPadding),
            parameters.Get("nf_pad_before_usage", 1, 0, 1) != 0);
        return new ChannelSettings(options.ConnectionPadding, options.ReducedConnectionPadding, padding);
    }
}
