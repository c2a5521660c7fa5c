using GoTor.Protocol.Crypto;
using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>
/// Candidates for one position with their weights summed up, so that a draw is a binary search. Immutable, safe for concurrent use.
/// A relay of weight 0 is never drawn while another may be; if all have weight 0, as where nobody measures, all are equal (C tor).
/// </summary>
internal sealed class RelayTable
{
    // Where most of the weight is excluded, rejection would spin: one exact pass over the table costs as much as some tries.
    private const int MaxTries = 32;

    private readonly Relay[] _relays;
    private readonly ulong[] _upTo;

    private RelayTable(Relay[] relays, ulong[] upTo)
    {
        _relays = relays;
        _upTo = upTo;
    }

    public int Count => _relays.Length;

    public static RelayTable Build(IEnumerable<Relay> candidates, BandwidthWeights weights, PathPosition position)
    {
        Relay[] relays = [.. candidates];
        double[] values = Array.ConvertAll(relays, relay => weights.WeightOf(relay, position));
        double total = values.Sum();
        // Whole numbers with much more precision than the consensus has, whose sum stays far from overflow.
        double scale = total > 0 ? (1UL << 60) / total : 0;
        ulong[] upTo = new ulong[relays.Length];
        ulong sum = 0;
        for (int i = 0; i < values.Length; i++)
            upTo[i] = sum += total > 0 ? (ulong)(values[i] * scale) : 1;
        return new RelayTable(relays, upTo);
    }

    /// <summary>One relay, each with a chance proportional to its weight; null when there is none.</summary>
    public Relay? Draw(TorRandom random) =>
        _upTo is [.., > 0] ? _relays[IndexOf(random.NextUInt64(_upTo[^1]))] : null;

    /// <summary>The same among those that <paramref name="allows"/>: proportions between them are kept. Null when it allows none.</summary>
    public Relay? Draw(TorRandom random, Func<Relay, bool> allows)
    {
        if (_upTo is not [.., > 0])
            return null;
        for (int i = 0; i < MaxTries; i++)
        {
            Relay relay = _relays[IndexOf(random.NextUInt64(_upTo[^1]))];
            if (allows(relay))
                return relay;
        }

        return DrawExactly(random, allows);
    }

    // When everything allowed has weight 0, all of it is equal: a path with an unlikely relay is better than none, as in C tor.
    private Relay? DrawExactly(TorRandom random, Func<Relay, bool> allows)
    {
        List<int> allowed = [];
        ulong total = 0;
        for (int i = 0; i < _relays.Length; i++)
        {
            if (!allows(_relays[i]))
                continue;
            allowed.Add(i);
            total += WeightAt(i);
        }

        if (allowed.Count == 0)
            return null;
        ulong left = random.NextUInt64(total > 0 ? total : (ulong)allowed.Count);
        foreach (int index in allowed)
        {
            ulong weight = total > 0 ? WeightAt(index) : 1;
            if (left < weight)
                return _relays[index];
            left -= weight;
        }

        return null;
    }

    private ulong WeightAt(int index) => index == 0 ? _upTo[0] : _upTo[index] - _upTo[index - 1];

    // The first entry whose running sum exceeds the value: entries of weight 0 repeat the sum before them and are never first.
    private int IndexOf(ulong value)
    {
        int low = 0;
        int high = _upTo.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_upTo[middle] > value)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
