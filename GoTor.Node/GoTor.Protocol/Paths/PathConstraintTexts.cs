namespace GoTor.Protocol.Paths;

/// <summary>The options that <see cref="PathConstraints"/> are compiled from, as text. Null or blank means "not set".</summary>
internal sealed record PathConstraintTexts
{
    public string? EntryNodes { get; init; }

    public string? ExitNodes { get; init; }

    public string? ExcludeNodes { get; init; }

    public string? ExcludeExitNodes { get; init; }

    public string? ReachableAddresses { get; init; }

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
        constraints = new PathConstraints
        {
            EntryNodes = ReadSet(EntryNodes, nameof(EntryNodes), found),
            ExitNodes = ReadSet(ExitNodes, nameof(ExitNodes), found),
            ExcludeNodes = ReadSet(ExcludeNodes, nameof(ExcludeNodes), found),
            ExcludeExitNodes = ReadSet(ExcludeExitNodes, nameof(ExcludeExitNodes), found),
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

    private static RelaySet ReadSet(string? text, string name, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(text))
            return RelaySet.Empty;
        if (!RelaySet.TryParse(text, name, out RelaySet set, out string? error))
            problems.Add(error!);
        else if (set.UsesCountries)
            problems.Add($"{name}: {{{set.Countries[0]}}} names a country, and there is no database of addresses to know countries by.");
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
