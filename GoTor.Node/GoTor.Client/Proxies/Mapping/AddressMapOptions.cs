namespace GoTor.Client.Proxies.Mapping;

/// <summary>What torrc says about mapping. Names and defaults are C tor's. Immutable.</summary>
internal sealed record AddressMapOptions
{
    public static IReadOnlyList<string> DefaultSuffixes { get; } = [".onion", ".exit"];

    /// <summary>MapAddress lines, checked by <see cref="AddressMap.Check"/>, in their order.</summary>
    public IReadOnlyList<(string From, string To)> MapAddresses { get; init; } = [];

    /// <summary>Lookups of names that end in one of <see cref="AutomapHostsSuffixes"/> are answered with virtual addresses.</summary>
    public bool AutomapHostsOnResolve { get; init; }

    /// <summary>"." stands for every name.</summary>
    public IReadOnlyList<string> AutomapHostsSuffixes { get; init; } = DefaultSuffixes;

    public VirtualNetwork VirtualAddrNetworkIPv4 { get; init; } = VirtualNetwork.DefaultIPv4;

    public VirtualNetwork VirtualAddrNetworkIPv6 { get; init; } = VirtualNetwork.DefaultIPv6;

    /// <summary>Hosts, and with a dot in front domains, that see one exit for as long as it serves.</summary>
    public IReadOnlyList<string> TrackHostExits { get; init; } = [];

    /// <summary>How long a host that is not visited keeps its exit.</summary>
    public TimeSpan TrackHostExitsExpire { get; init; } = TimeSpan.FromMinutes(30);

    public bool Equals(AddressMapOptions? other) =>
        other is not null
        && MapAddresses.SequenceEqual(other.MapAddresses)
        && AutomapHostsOnResolve == other.AutomapHostsOnResolve
        && AutomapHostsSuffixes.SequenceEqual(other.AutomapHostsSuffixes)
        && VirtualAddrNetworkIPv4 == other.VirtualAddrNetworkIPv4
        && VirtualAddrNetworkIPv6 == other.VirtualAddrNetworkIPv6
        && TrackHostExits.SequenceEqual(other.TrackHostExits)
        && TrackHostExitsExpire == other.TrackHostExitsExpire;

    public override int GetHashCode() => HashCode.Combine(MapAddresses.Count, AutomapHostsOnResolve, TrackHostExits.Count);

    public bool ShouldAutomap(string lowerCaseHost) =>
        AutomapHostsOnResolve
        && AutomapHostsSuffixes.Any(suffix => suffix == "." || lowerCaseHost.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));

    /// <summary>An entry without a dot in front is a host; with one it is a domain and everything in it; "." is everything.</summary>
    public bool ShouldTrack(string lowerCaseHost)
    {
        foreach (string entry in TrackHostExits)
        {
            if (entry == "."
                || lowerCaseHost.Equals(entry.TrimStart('.'), StringComparison.OrdinalIgnoreCase)
                || (entry.StartsWith('.') && lowerCaseHost.EndsWith(entry, StringComparison.OrdinalIgnoreCase)))
                return true;
        }

        return false;
    }
}
