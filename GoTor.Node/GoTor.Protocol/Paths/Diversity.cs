using System.Net;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Paths;

/// <summary>Which relays may not stand in one path: the same one, two of one family, two of one network. path-spec §2.2. Immutable.</summary>
internal sealed class Diversity(bool enforceDistinctSubnets, ConsensusParameters parameters)
{
    private readonly bool _useLists = parameters.Get("use-family-lists", 1, 0, 1) != 0;
    private readonly bool _useIds = parameters.Get("use-family-ids", 1, 0, 1) != 0;

    public bool Conflict(Relay first, Relay second) =>
        first.RsaIdentity == second.RsaIdentity
        || (enforceDistinctSubnets && SameSubnet(first, second))
        || SameFamily(first, second);

    public bool ConflictsWithAny(Relay relay, IReadOnlyList<Relay> others)
    {
        for (int i = 0; i < others.Count; i++)
        {
            if (Conflict(relay, others[i]))
                return true;
        }

        return false;
    }

    private bool SameFamily(Relay first, Relay second) =>
        first.Microdescriptor is { } a && second.Microdescriptor is { } b
        && ((_useIds && a.FamilyIds.Count > 0 && a.FamilyIds.Any(id => b.FamilyIds.Contains(id)))
            || (_useLists && Lists(a.Family, second.RsaIdentity) && Lists(b.Family, first.RsaIdentity)));

    private static bool Lists(IReadOnlyList<RsaIdentity> family, RsaIdentity identity) => family.Count > 0 && family.Contains(identity);

    private static bool SameSubnet(Relay first, Relay second) =>
        SharePrefix(first.OrPort, second.OrPort, 2)
        || (first.OrPortV6 is { } a && second.OrPortV6 is { } b && SharePrefix(a, b, 4));

    private static bool SharePrefix(IPEndPoint first, IPEndPoint second, int length)
    {
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        return first.Address.TryWriteBytes(a, out int aLength) && second.Address.TryWriteBytes(b, out int bLength)
            && aLength == bLength && a[..length].SequenceEqual(b[..length]);
    }
}
