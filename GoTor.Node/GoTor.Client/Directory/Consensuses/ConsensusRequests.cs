using GoTor.Client.Directory.Http;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Directory.Consensuses;

/// <summary>Words requests for a consensus as C tor does. dir-spec §4.5, appendix B; dirclient.c.</summary>
internal sealed class ConsensusRequests(IEnumerable<RsaIdentity> authorities)
{
    private const int MaxLength = 16 << 20;

    /// <summary>A server need not answer when its consensus is no older than this after ours.</summary>
    private static readonly TimeSpan ModifiedDelay = TimeSpan.FromMinutes(3);

    // "Only if one of more than half of these signed it": the first three bytes of each, sorted.
    private readonly string _path = "/tor/status-vote/current/consensus-microdesc/"
        + string.Join('+', authorities.Select(identity => Convert.ToHexString(identity.AsSpan()[..3])).Order(StringComparer.Ordinal)) + ".z";

    /// <param name="known">The consensus that we have, if any.</param>
    /// <param name="wholeOnly">No diff, please: the last one did not apply.</param>
    public DirectoryRequest Make(ConsensusBase? known, ConsensusParameters parameters, bool wholeOnly, DateTimeOffset now)
    {
        DirectoryRequest request = new() { Path = _path, MaxLength = MaxLength };
        if (known is null)
            return request;
        TimeSpan half = known.Lifetime.Interval / 2;
        TimeSpan maxAge = TimeSpan.FromHours(parameters.Get("try-diff-for-consensus-newer-than", 72, 0, 8192));
        return request with
        {
            IfModifiedSince = known.Lifetime.ValidAfter + (half < ModifiedDelay ? half : ModifiedDelay),
            DiffFrom = !wholeOnly && known.Lifetime.ValidAfter >= now - maxAge ? known.SignedDigest : default,
        };
    }
}
