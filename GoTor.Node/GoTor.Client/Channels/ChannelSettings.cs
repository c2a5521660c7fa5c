using GoTor.Protocol.Channels;
using GoTor.Protocol.Network;

namespace GoTor.Client.Channels;

/// <summary>What the consensus and the user say about channels. Immutable.</summary>
/// <param name="IdleTimeout">A channel without circuits is closed after once to twice this.</param>
internal sealed record ChannelSettings(ChannelPaddingMode PaddingMode, ChannelPaddingParameters Padding, TimeSpan IdleTimeout)
{
    private const int LongestPadding = 60_000;

    public static ChannelSettings From(ConsensusParameters parameters, ChannelPaddingMode paddingMode)
    {
        int low = parameters.Get("nf_ito_low", 1500, 0, LongestPadding);
        int reducedLow = parameters.Get("nf_ito_low_reduced", 9000, 0, LongestPadding);
        var padding = new ChannelPaddingParameters(
            low,
            parameters.Get("nf_ito_high", 9500, low, LongestPadding),
            reducedLow,
            parameters.Get("nf_ito_high_reduced", 14_000, reducedLow, LongestPadding));
        var idle = TimeSpan.FromSeconds(parameters.Get("nf_conntimeout_clients", 1800, 60, 86_400));
        // Less time idle is less padding.
        return new ChannelSettings(paddingMode, padding, paddingMode == ChannelPaddingMode.Reduced ? idle / 2 : idle);
    }
}
