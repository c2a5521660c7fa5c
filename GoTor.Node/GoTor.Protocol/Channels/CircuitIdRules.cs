using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Channels;

/// <summary>How the side that opened the connection names its circuits: at random, with the top bit set.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html#choosing-circid</remarks>
internal static class CircuitIdRules
{
    private const int MaxTries = 64;

    /// <returns>Null when so many ids are in use that chance found no free one.</returns>
    public static CircuitId? Choose(TorRandom random, Func<CircuitId, bool> isInUse)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            var id = new CircuitId(random.NextUInt32() | CircuitId.InitiatorBit);
            if (!isInUse(id))
                return id;
        }

        return null;
    }
}
