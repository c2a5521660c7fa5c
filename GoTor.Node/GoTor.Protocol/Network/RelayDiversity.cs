using System.Net;
using GoTor.Protocol.Documents;

namespace GoTor.Protocol.Network;

/// <summary>
/// Who must not meet in one path: relays of one operator, or in one network. path-spec §2.2. Immutable; safe for concurrent use.
/// </summary>
/// <param name="enforceDistinctSubnets">False only in test networks, where everyone lives on one machine.</param>
/// <param name="useFamilyLists">Families by lists of fingerprints that name each other.</param>
/// <param name="useFamilyIds">Happy families (proposal 321): any family id in common.</param>
internal sealed class RelayDiversity(bool enforceDistinctSubnets, bool useFamilyLists, bool useFamilyIds)
{
    private const int IPv4PrefixBytes = 2;
    private const int IPv6PrefixBytes = 4;

    /// <summary>With what the consensus asks for: both kinds of family unless it says otherwise.</summary>
    public static RelayDiversity From(ConsensusParameters parameters, bool enforceDistinctSubnets) => new(
        enforceDistinctSubnets,
        useFamilyLists: parameters.Get("use-family-lists", 1, 0, 1) != 0,
        useFamilyIds: parameters.Get("use-family-ids", 1, 0, 1) != 0);

    /// <summary>The two may not be in one path. A relay conflicts with itself.</summary>
    public bool Conflict(Relay a, Relay b) =>
        a.RsaIdentity == b.RsaIdentity || (enforceDistinctSubnets && SameSubnet(a, b)) || SameFamily(a, b);

    /// <summary>Both say so, or both carry the same family id. Relays without microdescriptor have no family.</summary>
    public bool SameFamily(Relay a, Relay b)
    {
        if (a.Microdescriptor is not { } first || b.Microdescriptor is not { } second)
            return false;
        return (useFamilyLists && Lists(first, b) && Lists(second, a)) || (useFamilyIds && ShareFamilyId(first, second));
    }

    /// <summary>Their IPv4 addresses share a /16, or their IPv6 addresses a /32.</summary>
    public static bool SameSubnet(Relay a, Relay b) =>
        SharePrefix(a.OrPort.Address, b.OrPort.Address) || SharePrefix(a.OrPortV6?.Address, b.OrPortV6?.Address);

    private static bool SharePrefix(IPAddress? a, IPAddress? b)
    {
        if (a is null || b is null)
            return false;
        Span<byte> first = stackalloc byte[16];
        Span<byte> second = stackalloc byte[16];
        if (!a.TryWriteBytes(first, out int length) || !b.TryWriteBytes(second, out int otherLength) || length != otherLength)
            return false;
        // An address that is all zero is no address.
        if (first[..length].IndexOfAnyExcept((byte)0) < 0)
            return false;
        int prefix = length == 4 ? IPv4PrefixBytes : IPv6PrefixBytes;
        return first[..prefix].SequenceEqual(second[..prefix]);
    }

    private static bool Lists(Microdescriptor descriptor, Relay relay)
    {
        // A plain loop: Contains() on the interface would box every identity.
        IReadOnlyList<Wire.RsaIdentity> family = descriptor.Family;
        for (int i = 0; i < family.Count; i++)
        {
            if (family[i] == relay.RsaIdentity)
                return true;
        }

        return false;
    }

    private static bool ShareFamilyId(Microdescriptor a, Microdescriptor b)
    {
        for (int i = 0; i < a.FamilyIds.Count; i++)
        {
            for (int j = 0; j < b.FamilyIds.Count; j++)
            {
                if (a.FamilyIds[i] == b.FamilyIds[j])
                    return true;
            }
        }

        return false;
    }
}
