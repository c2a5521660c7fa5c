using System.Collections.Concurrent;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Nodes;

/// <summary>
/// What each family means, for all nodes together: one exposition can give a name only one type. The first node to report a family decides;
/// another meaning is refused as long as that one is in use. It also keeps one copy of each name and help text. Safe for concurrent use.
/// </summary>
internal sealed class FamilyCatalogue(int mostFamilies)
{
    private readonly ConcurrentDictionary<string, Meaning> _byBaseName = new(StringComparer.Ordinal);

    /// <summary>The family's shared name, or null and the reason why it is refused.</summary>
    public (MetricFamily? Family, string? Refusal) Admit(MetricFamily family, DateTimeOffset now)
    {
        string baseName = PrometheusName.BaseName(family.PrometheusName, family.Type);
        while (true)
        {
            if (!_byBaseName.TryGetValue(baseName, out Meaning? known))
            {
                if (_byBaseName.Count >= mostFamilies && !ForgetUnused(now))
                    return (null, $"'{family.Name}': the gateway already knows {mostFamilies} families");
                known = _byBaseName.GetOrAdd(baseName, new Meaning(family with { Samples = [] }, now));
            }
            if (known.IsThatOf(family))
            {
                known.LastUsed = now;
                return (known.With(family), null);
            }
            if (now - known.LastUsed < NodeRules.StaleAfter)
                return (null, $"'{family.Name}' is a {Word(family.Type)}, but other nodes report it as a {Word(known.Family.Type)}");
            _byBaseName.TryUpdate(baseName, new Meaning(family with { Samples = [] }, now), known);
        }
    }

    private bool ForgetUnused(DateTimeOffset now)
    {
        foreach (KeyValuePair<string, Meaning> known in _byBaseName)
        {
            if (now - known.Value.LastUsed >= NodeRules.StaleAfter)
                _byBaseName.TryRemove(known);
        }
        return _byBaseName.Count < mostFamilies;
    }

    private static string Word(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private sealed class Meaning(MetricFamily family, DateTimeOffset lastUsed)
    {
        private long _lastUsed = lastUsed.UtcTicks;

        public MetricFamily Family { get; } = family;

        public DateTimeOffset LastUsed
        {
            get => new(Volatile.Read(ref _lastUsed), TimeSpan.Zero);
            set => Volatile.Write(ref _lastUsed, value.UtcTicks);
        }

        public bool IsThatOf(MetricFamily other) => Family.Type == other.Type && Family.PrometheusName == other.PrometheusName;

        // A node's own help or unit may differ with its version; the exposition prints the first one.
        public MetricFamily With(MetricFamily other) => Family with { Samples = other.Samples };
    }
}
