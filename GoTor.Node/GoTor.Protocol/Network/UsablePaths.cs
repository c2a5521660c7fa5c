using GoTor.Protocol.Documents;

namespace GoTor.Protocol.Network;

/// <summary>
/// How much of the network's paths we could build with the microdescriptors that we have, by probability. path-spec §2.1.0.
/// A client that starts too early would choose among few relays, and be recognised by it.
/// </summary>
/// <param name="Guards">Part of the guards' weight that is usable, 0 to 1.</param>
/// <param name="HasExits">False when no exit is listed; only paths inside the network exist then.</param>
internal readonly record struct UsablePaths(double Guards, double Middles, double Exits, bool HasExits)
{
    /// <summary>The part of all paths: what PathsNeededToBuildCircuits is compared with.</summary>
    public double Fraction => Guards * Middles * Exits;

    /// <summary>What the consensus asks for (60 % unless it says otherwise), when the user does not.</summary>
    public static double Needed(ConsensusParameters parameters, double? fromOptions) =>
        fromOptions ?? parameters.Get("min_paths_for_circs_pct", 60, 25, 95) / 100.0;

    /// <param name="network">The relays with what microdescriptors there are.</param>
    /// <param name="entryNodes">The user's choice; null means none.</param>
    /// <param name="middleNodes">As above.</param>
    /// <param name="exitNodes">As above.</param>
    public static UsablePaths Of(
        NetworkSnapshot network,
        Func<Relay, bool>? entryNodes = null,
        Func<Relay, bool>? middleNodes = null,
        Func<Relay, bool>? exitNodes = null)
    {
        Sum guards = default;
        Sum middles = default;
        Sum exits = default;
        Sum chosenExits = default;
        foreach (Relay relay in network.Relays)
        {
            if (!relay.Has(RelayFlags.Running))
                continue;
            bool isMiddle = middleNodes?.Invoke(relay) ?? true;
            if (isMiddle)
                middles.Add(network.Weights, relay, PathPosition.Middle);
            if (entryNodes is null ? isMiddle && relay.Has(RelayFlags.Guard) : entryNodes(relay))
                guards.Add(network.Weights, relay, PathPosition.Guard);
            if (!MayBeExit(relay))
                continue;
            exits.Add(network.Weights, relay, PathPosition.Exit);
            if (exitNodes?.Invoke(relay) ?? false)
                chosenExits.Add(network.Weights, relay, PathPosition.Exit);
        }

        double exitFraction = exits.Fraction;
        // Both must be there: or else directories could feed us exits until they see which ones we wait for.
        if (exitNodes is not null)
            exitFraction = Math.Min(exitFraction, chosenExits.Fraction);
        // Without exits, paths end at a middle: to an onion service.
        return new UsablePaths(guards.Fraction, middles.Fraction, exits.Count == 0 ? middles.Fraction : exitFraction, exits.Count > 0);
    }

    /// <summary>An exit whose policy turns out to reject everything was never one.</summary>
    private static bool MayBeExit(Relay relay) =>
        relay.Has(RelayFlags.Exit)
        && (relay.Microdescriptor is not { } known || known.ExitPolicy.AllowsAnything || known.ExitPolicyV6.AllowsAnything);

    private struct Sum
    {
        private double _total;
        private double _usable;
        private int _usableCount;

        public int Count { get; private set; }

        /// <summary>By weight; by number where every weight is zero, as in test networks.</summary>
        public readonly double Fraction => Count == 0 ? 0 : _total > 0 ? _usable / _total : (double)_usableCount / Count;

        public void Add(BandwidthWeights weights, Relay relay, PathPosition position)
        {
            double weight = weights.WeightOf(relay, position);
            Count++;
            _total += weight;
            if (relay.IsUsable)
            {
                _usable += weight;
                _usableCount++;
            }
        }
    }
}
