using GoTor.Protocol.Documents;

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

/// <summary>
/// The "bandwidth-weights" of a consensus: how much of a relay's bandwidth counts in each position. dir-spec §3.8.3.
/// Immutable; asking costs a table lookup.
/// </summary>
internal sealed class BandwidthWeights
{
    public const int DefaultScale = 10_000;

    // What a relay is decides its factor: guard, exit, and whether it serves directories.
    private const int GuardBit = 1;
    private const int ExitBit = 2;
    private const int DirectoryBit = 4;
    private readonly double[][] _factors;

    /// <param name="weights">The names and values of the line; empty for a consensus without one.</param>
    /// <param name="scale">The parameter bwweightscale: the value that means "all of it".</param>
    public BandwidthWeights(IReadOnlyDictionary<string, int> weights, int scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        All = weights;
        Scale = scale;
        _factors =
        [
            // A path's first hop is not chosen among relays that are only exits. Bridges aside, "Wgm" is for relays of neither kind.
            FactorsFor(guard: "Wgg", middle: "Wgm", exit: null, both: "Wgd", directories: true),
            FactorsFor(guard: "Wmg", middle: "Wmm", exit: "Wme", both: "Wmd", directories: true),
            FactorsFor(guard: "Weg", middle: "Wem", exit: "Wee", both: "Wed", directories: true),
            FactorsFor(guard: "Wbg", middle: "Wbm", exit: "Wbe", both: "Wbd", directories: false),
        ];
    }

    /// <summary>For a consensus without weights: every position counts bandwidth alone.</summary>
    public static BandwidthWeights Equal { get; } = new(new Dictionary<string, int>(), DefaultScale);

    public IReadOnlyDictionary<string, int> All { get; }

    public int Scale { get; }

    /// <summary>
    /// How likely <paramref name="relay"/> should be chosen for <paramref name="position"/>, relative to others: its bandwidth in
    /// kB/s times the part of it that counts there. As C tor's node_select.c computes it, guard fractions aside. Never negative.
    /// </summary>
    public double WeightOf(Relay relay, PathPosition position) => relay.Bandwidth * FactorOf(relay.Flags, position);

    /// <summary>The part of its bandwidth, 0 to 1, that counts for a relay with these flags.</summary>
    public double FactorOf(RelayFlags flags, PathPosition position)
    {
        int kind = ((flags & RelayFlags.Guard) != 0 ? GuardBit : 0)
            | ((flags & (RelayFlags.Exit | RelayFlags.BadExit)) == RelayFlags.Exit ? ExitBit : 0)
            | ((flags & RelayFlags.V2Dir) != 0 ? DirectoryBit : 0);
        return _factors[(int)position][kind];
    }

    private double[] FactorsFor(string guard, string middle, string? exit, string both, bool directories)
    {
        double[] plain = [WeightNamed(middle), WeightNamed(guard), exit is null ? 0 : WeightNamed(exit), WeightNamed(both)];
        // Relays that serve directories have that much less left, except for being asked for directories itself.
        double[] ofDirectories = directories
            ? [WeightNamed("Wmb"), WeightNamed("Wgb"), WeightNamed("Web"), WeightNamed("Wdb")]
            : [1, 1, 1, 1];
        double[] factors = new double[8];
        // One weight missing or negative makes the line useless for the position: bandwidth alone decides then.
        bool naive = plain.Concat(ofDirectories).Any(w => w < 0);
        for (int kind = 0; kind < 4; kind++)
        {
            factors[kind] = naive ? 1 : plain[kind];
            factors[kind | DirectoryBit] = naive ? 1 : plain[kind] * ofDirectories[kind];
        }

        return factors;
    }

    private double WeightNamed(string name) => Math.Min(All.GetValueOrDefault(name, -1), Scale) / (double)Scale;
}
