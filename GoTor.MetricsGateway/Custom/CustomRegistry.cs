using System.Collections.Immutable;
using GoTor.MetricsGateway.Metrics;

namespace GoTor.MetricsGateway.Custom;

/// <summary>
/// The metrics of applications. They live as long as the process, or until nobody has updated them for a while. A call changes everything it
/// asks for or nothing. Safe for concurrent use; its memory is bounded by <see cref="CustomQuotas"/>.
/// </summary>
internal sealed class CustomRegistry(CustomQuotas quotas, TimeProvider time) : IExtraFamilies
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, CustomFamily> _families = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CustomFamily> _byBaseName = new(StringComparer.Ordinal);
    private long _generation;
    private int _series;
    private (long Generation, ImmutableArray<MetricFamily> Families) _snapshot = (0, []);

    /// <inheritdoc/>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>Series as Prometheus counts them.</summary>
    public int Series => Volatile.Read(ref _series);

    /// <inheritdoc/>
    public ImmutableArray<MetricFamily> List()
    {
        lock (_lock)
        {
            if (_snapshot.Generation != _generation)
            {
                _snapshot = (_generation,
                    [.. _families.Values.Where(family => family.Series.Count > 0).Select(family => family.Snapshot())
                        .OrderBy(family => family.PrometheusName, StringComparer.Ordinal)]);
            }
            return _snapshot.Families;
        }
    }

    /// <summary>Says what a family means. Idempotent.</summary>
    /// <returns>Its name for Prometheus.</returns>
    /// <exception cref="CustomRefusedException">It breaks a rule or a quota, or the name stands for something else.</exception>
    public string Register(MetricsContract.RegisterRequest request)
    {
        CustomDefinition definition = CustomRules.Read(request, quotas);
        string baseName = PrometheusName.BaseName(definition.PrometheusName, definition.Kind);
        lock (_lock)
        {
            if (_byBaseName.TryGetValue(baseName, out CustomFamily? known))
            {
                if (!known.Definition.MeansSameAs(definition))
                    throw new CustomRefusedException(CustomRefusal.Taken, $"'{definition.PrometheusName}' is registered with another meaning, as '{known.Definition.Name}'");
                known.Definition = known.Definition with { Help = definition.Help };
                known.LastUsed = time.GetUtcNow();
            }
            else
            {
                if (_families.Count >= quotas.Families || _families.ContainsKey(definition.Name))
                {
                    throw _families.Count >= quotas.Families
                        ? new CustomRefusedException(CustomRefusal.Quota, $"there are {quotas.Families} families, and no more are taken")
                        : new CustomRefusedException(CustomRefusal.Taken, $"'{definition.Name}' is registered with another type or unit");
                }
                CustomFamily family = new(definition, time.GetUtcNow());
                _families.Add(definition.Name, family);
                _byBaseName.Add(baseName, family);
            }
            _generation++;
        }
        return definition.PrometheusName;
    }

    /// <summary>Makes all changes, or none.</summary>
    /// <exception cref="CustomRefusedException">A name is not registered, a value is not allowed, or a quota is used up.</exception>
    public void Update(IReadOnlyList<MetricsContract.Update> updates)
    {
        if (updates.Count > quotas.UpdatesPerCall)
            throw new CustomRefusedException(CustomRefusal.Quota, $"{updates.Count} updates in one call, at most {quotas.UpdatesPerCall} are taken");
        LabelSet[] labels = [.. updates.Select(update => CustomRules.Labels(update, quotas))];
        lock (_lock)
        {
            var changes = new (CustomFamily Family, double Amount)[updates.Count];
            for (int i = 0; i < updates.Count; i++)
            {
                if (!_families.TryGetValue(updates[i].Name, out CustomFamily? family))
                    throw new CustomRefusedException(CustomRefusal.NotRegistered, $"{Reports.ReportText.Quote(updates[i].Name)} is not registered; after a restart of the gateway register again");
                changes[i] = (family, CustomRules.Amount(updates[i], family.Definition));
            }
            CheckRoom(changes, labels);
            DateTimeOffset now = time.GetUtcNow();
            for (int i = 0; i < changes.Length; i++)
                Apply(changes[i].Family, labels[i], changes[i].Amount, now);
            _generation++;
        }
    }

    /// <summary>Forgets what nobody has updated for too long.</summary>
    public void Sweep()
    {
        if (quotas.UnusedAfter <= TimeSpan.Zero)
            return;
        lock (_lock)
        {
            DateTimeOffset oldest = time.GetUtcNow() - quotas.UnusedAfter;
            foreach (CustomFamily family in _families.Values.ToArray())
            {
                foreach ((LabelSet labels, CustomSeries series) in family.Series)
                {
                    if (series.LastUpdated > oldest)
                        continue;
                    family.Series.Remove(labels);
                    _series -= family.Definition.SeriesPerSample;
                    _generation++;
                }
                if (family.Series.Count == 0 && family.LastUsed <= oldest)
                {
                    _families.Remove(family.Definition.Name);
                    _byBaseName.Remove(PrometheusName.BaseName(family.Definition.PrometheusName, family.Definition.Kind));
                }
            }
        }
    }

    private void CheckRoom((CustomFamily Family, double Amount)[] changes, LabelSet[] labels)
    {
        int series = _series;
        var added = new HashSet<(CustomFamily, LabelSet)>();
        var perFamily = new Dictionary<CustomFamily, int>();
        for (int i = 0; i < changes.Length; i++)
        {
            CustomFamily family = changes[i].Family;
            if (family.Series.ContainsKey(labels[i]) || !added.Add((family, labels[i])))
                continue;
            int count = perFamily[family] = perFamily.GetValueOrDefault(family, family.Series.Count) + 1;
            if (count > quotas.SeriesPerFamily)
                throw new CustomRefusedException(CustomRefusal.Quota, $"'{family.Definition.Name}' has {quotas.SeriesPerFamily} series, and no more are taken");
            series += family.Definition.SeriesPerSample;
            if (series > quotas.Series)
                throw new CustomRefusedException(CustomRefusal.Quota, $"all custom metrics together have {quotas.Series} series, and no more are taken");
        }
    }

    private void Apply(CustomFamily family, LabelSet labels, double amount, DateTimeOffset now)
    {
        if (!family.Series.TryGetValue(labels, out CustomSeries? series))
        {
            family.Series.Add(labels, series = new CustomSeries(family.Definition));
            _series += family.Definition.SeriesPerSample;
        }
        if (family.Definition.Kind == MetricKind.Gauge)
            series.Value = amount;
        else
            series.Value = Math.Clamp(series.Value + amount, -double.MaxValue, double.MaxValue);
        if (family.Definition.Kind == MetricKind.Histogram)
        {
            int bucket = family.Definition.Bounds.BinarySearch(amount);
            series.Counts[bucket < 0 ? ~bucket : bucket]++; // A bound belongs to the bucket below it.
        }
        series.LastUpdated = now;
        family.LastUsed = now;
    }
}
