using System.Diagnostics.CodeAnalysis;
using GoTor.MetricsGateway.Metrics;
using GoTor.MetricsGateway.Reports;

namespace GoTor.MetricsGateway.Nodes;

/// <summary>
/// What each family means, for all nodes together: one exposition can give a name only one type. GoTor's own families have theirs for good. Of
/// any other the first node that reports it decides, as long as somebody reports it; a node may bring in only so many names, so that one that
/// invents them uses up its own share. It also keeps one copy of each name and help text. Safe for concurrent use.
/// </summary>
internal sealed class FamilyCatalogue(ReportQuotas quotas)
{
    private static readonly TimeSpan BetweenSearches = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Meaning> _byBaseName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Meaning>> _byOwner = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private DateTimeOffset _searchedAt = DateTimeOffset.MinValue;

    /// <summary>The family's shared name, or null and the reason why it is refused.</summary>
    /// <param name="family">As the node reported it.</param>
    /// <param name="nodeId">Who reports it.</param>
    /// <param name="now">By the gateway's clock, the same for all families of a report.</param>
    public (MetricFamily? Family, string? Refusal) Admit(MetricFamily family, string nodeId, DateTimeOffset now)
    {
        string baseName = PrometheusName.BaseName(family.PrometheusName, family.Type);
        if (KnownFamilies.ByBaseName.TryGetValue(baseName, out MetricFamily? own))
        {
            return IsSame(own, family)
                ? (own with { Help = family.Help, Samples = family.Samples }, null)
                : (null, $"'{family.Name}' is a {Word(family.Type)}, but '{own.Name}' of GoTor's is a {Word(own.Type)}");
        }
        lock (_lock)
        {
            if (_byBaseName.TryGetValue(baseName, out Meaning? known) && !IsSame(known.Family, family) && known.IsUnused(now))
            {
                Forget(known);
                known = null;
            }
            if (known is null && !TryAdd(baseName, family, nodeId, now, out known, out string? refusal))
                return (null, refusal);
            if (!IsSame(known.Family, family))
                return (null, $"'{family.Name}' is a {Word(family.Type)}, but other nodes report it as a {Word(known.Family.Type)}");
            known.Used(nodeId, now);
            // A node's own help or unit may differ with its version; the exposition prints the first one.
            return (known.Family with { Samples = family.Samples }, null);
        }
    }

    private bool TryAdd(
        string baseName, MetricFamily family, string nodeId, DateTimeOffset now, [NotNullWhen(true)] out Meaning? added, out string? refusal)
    {
        (added, refusal) = (null, null);
        if (_byOwner.TryGetValue(nodeId, out List<Meaning>? owned) && owned.Count >= quotas.Families)
        {
            foreach (Meaning left in owned.Where(name => name.IsLeft(now)).ToArray())
                Forget(left);
            if (owned.Count >= quotas.Families)
            {
                refusal = $"'{family.Name}': the node has brought in more than {quotas.Families} families";
                return false;
            }
        }
        if (_byBaseName.Count >= quotas.DifferentFamilies && !ForgetUnused(now))
        {
            refusal = $"'{family.Name}': the gateway already knows {quotas.DifferentFamilies} families";
            return false;
        }
        added = new Meaning(baseName, family with { Samples = [] }, nodeId);
        _byBaseName.Add(baseName, added);
        if (!_byOwner.TryGetValue(nodeId, out owned))
            _byOwner.Add(nodeId, owned = []);
        owned.Add(added);
        return true;
    }

    private bool ForgetUnused(DateTimeOffset now)
    {
        if (now - _searchedAt >= BetweenSearches)
        {
            _searchedAt = now;
            foreach (Meaning unused in _byBaseName.Values.Where(name => name.IsUnused(now)).ToArray())
                Forget(unused);
        }
        return _byBaseName.Count < quotas.DifferentFamilies;
    }

    private void Forget(Meaning meaning)
    {
        _byBaseName.Remove(meaning.BaseName);
        List<Meaning> owned = _byOwner[meaning.Owner];
        owned.Remove(meaning);
        if (owned.Count == 0)
            _byOwner.Remove(meaning.Owner);
    }

    // The dashboard finds families by the instrument's name, so that belongs to the meaning as well.
    private static bool IsSame(MetricFamily known, MetricFamily other) =>
        known.Type == other.Type && known.PrometheusName == other.PrometheusName && known.Name == other.Name;

    private static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private sealed class Meaning(string baseName, MetricFamily family, string owner)
    {
        private DateTimeOffset _usedByOwner = DateTimeOffset.MinValue;
        private DateTimeOffset _usedByOthers = DateTimeOffset.MinValue;

        public string BaseName => baseName;

        public MetricFamily Family => family;

        /// <summary>The node that brought it in.</summary>
        public string Owner => owner;

        public void Used(string nodeId, DateTimeOffset now)
        {
            if (nodeId == owner)
                _usedByOwner = now;
            else
                _usedByOthers = now;
        }

        /// <summary>Nobody has reported it for as long as a node is listed.</summary>
        public bool IsUnused(DateTimeOffset now) => now - _usedByOwner >= NodeRules.StaleAfter && IsUnusedByOthers(now);

        /// <summary>Its owner reports it no more, and nobody else does.</summary>
        public bool IsLeft(DateTimeOffset now) => _usedByOwner < now && IsUnusedByOthers(now);

        private bool IsUnusedByOthers(DateTimeOffset now) => now - _usedByOthers >= NodeRules.StaleAfter;
    }
}
