using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>How much of a relay counts in a position. dir-spec §3.8.3.</summary>
internal static class RelayWeights
{
    public static double Of(BandwidthWeights weights, Relay relay, PathPosition position)
    {
        char place = position switch
        {
            PathPosition.Guard => 'g',
            PathPosition.Middle => 'm',
            PathPosition.Exit => 'e',
            _ => 'b',
        };
        bool guard = relay.Has(RelayFlags.Guard);
        bool exit = relay.Has(RelayFlags.Exit) && !relay.Has(RelayFlags.BadExit);
        char kind = guard && exit ? 'd' : guard ? 'g' : exit ? 'e' : 'm';
        if (place == 'g' && kind == 'e')
            return 0;
        double weight = weights.All.Count == 0 ? weights.Scale : weights.All.GetValueOrDefault($"W{place}{kind}", weights.Scale);
        return relay.Bandwidth * weight / weights.Scale;
    }
}
