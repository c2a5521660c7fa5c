namespace GoTor.Protocol.Network;

/// <summary>Which place in a path a relay is chosen for.</summary>
internal enum PathPosition
{
    Guard,
    Middle,
    Exit,

    /// <summary>A relay asked for directory documents.</summary>
    Directory,
}

/// <summary>The "bandwidth-weights" of a consensus: how much of a relay's bandwidth counts in each position. dir-spec §3.8.3.</summary>
internal sealed class BandwidthWeights(IReadOnlyDictionary<string, int> weights, int scale)
{
    /// <summary>For a consensus without weights: every position counts bandwidth alone.</summary>
    public static BandwidthWeights Equal { get; } = new(new Dictionary<string, int>(), 10_000);

    public IReadOnlyDictionary<string, int> All => weights;

    public int Scale => scale;
}
