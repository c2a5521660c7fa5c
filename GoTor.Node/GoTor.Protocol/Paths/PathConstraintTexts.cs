using GoTor.Protocol.Network;

namespace GoTor.Protocol.Paths;

/// <summary>The options that <see cref="PathConstraints"/> are compiled from, as text. Null or blank means "not set".</summary>
internal sealed record PathConstraintTexts
{
    public string? EntryNodes { get; init; }

    public string? ExitNodes { get; init; }

    public string? ExcludeNodes { get; init; }

    public string? ExcludeExitNodes { get; init; }

    public string? ReachableAddresses { get; init; }

    /// <summary>Reads the countries of addresses; asked only when a list names a country.</summary>
    public Func<CountryTable> Countries { get; init; } = () => CountryTable.Empty;

    /// <summary>Lists that exclude also exclude relays of unknown country: always, never, or (null) when they exclude countries.</summary>
    public bool? GeoIpExcludeUnknown { get; init; }

    public bool StrictNodes { get; init; }

    public bool EnforceDistinctSubnets { get; init; } = true;

    public bool ClientUseIPv4 { get; init; } = true;

    public bool ClientUseIPv6 { get; init; } = true;

    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Reads every option and reports every problem at once, each with the option and the item that it is about.</summary>
    /// <returns>False when there is a problem; then <paramref name="constraints"/> must not be used.</returns>
    public bool TryCompile(out PathConstraints constraints, out IReadOnlyList<string> problems)
    {
        List<string> found = [];
        Lazy<CountryTable> countries = new(Countries);
        constraints = new PathConstraints
        {
            EntryNodes = ReadSet(EntryNodes, nameof(EntryNodes), found, countries, excludes: false),
            ExitNodes = ReadSet(ExitNodes, nameof(ExitNodes), found, countries, excludes: false),
            ExcludeNodes = ReadSet(ExcludeNodes, nameof(ExcludeNodes), found, countries, excludes: true),
            ExcludeExitNodes = ReadSet(ExcludeExitNodes, nameof(ExcludeExitNodes), found, countries, excludes: true),
            ReachableAddresses = ReadPolicy(ReachableAddresses, nameof(ReachableAddresses), found),
            StrictNodes = StrictNodes,
            EnforceDistinctSubnets = EnforceDistinctSubnets,
            ClientUseIPv4 = ClientUseIPv4,
            ClientUseIPv6 = ClientUseIPv6,
            AllowPrivateAddresses = AllowPrivateAddresses,
        };
        if (!ClientUseIPv4 && !ClientUseIPv6)
            found.Add($"{nameof(ClientUseIPv4)} and {nameof(ClientUseIPv6)} are both off: no relay can be reached.");
        problems = found;
        return found.Count == 0;
    }

    private RelaySet ReadSet(string? text, string name, List<string> problems, Lazy<CountryTable> countries, bool excludes)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            if (!excludes || GeoIpExcludeUnknown != true)
                return RelaySet.Empty;
            text = "{??},{a1}";
        }

        if (!RelaySet.TryParse(text, name, out RelaySet set, out string? error))
            problems.Add(error!);
        else if (set.UsesCountries)
        {
            if (!countries.Value.HasIPv4)
                problems.Add($"{name}: {{{set.Countries[0]}}} names a country, and there is no file to know countries by. Install tor-geoipdb, or set GeoIPFile.");
            return set.Knowing(countries.Value, excludes && GeoIpExcludeUnknown != false);
        }

        if (excludes && GeoIpExcludeUnknown == true)
        {
            if (!countries.Value.HasIPv4)
                problems.Add($"{name}: GeoIPExcludeUnknown needs a file to know countries by. Install tor-geoipdb, or set GeoIPFile.");
            return set.Knowing(countries.Value, withUnknown: true);
        }

        return set;
    }

    private static AddressPolicy ReadPolicy(string? text, string name, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(text))
            return AddressPolicy.AcceptAll;
        if (!AddressPolicy.TryParse(text, name, out AddressPolicy policy, out string? error))
            problems.Add(error!);
        return policy;
    }
}
