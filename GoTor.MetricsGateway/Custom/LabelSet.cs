using System.Collections.Immutable;

namespace GoTor.MetricsGateway.Custom;

/// <summary>Labels, sorted by name, compared by value. Immutable.</summary>
internal readonly struct LabelSet(ImmutableArray<KeyValuePair<string, string>> labels) : IEquatable<LabelSet>, IComparable<LabelSet>
{
    public ImmutableArray<KeyValuePair<string, string>> Labels { get; } = labels;

    public bool Equals(LabelSet other) => Labels.AsSpan().SequenceEqual(other.Labels.AsSpan());

    public override bool Equals(object? obj) => obj is LabelSet other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach ((string name, string value) in Labels)
        {
            hash.Add(name);
            hash.Add(value);
        }
        return hash.ToHashCode();
    }

    public int CompareTo(LabelSet other)
    {
        for (int i = 0; i < Labels.Length && i < other.Labels.Length; i++)
        {
            int order = string.CompareOrdinal(Labels[i].Key, other.Labels[i].Key);
            if (order == 0)
                order = string.CompareOrdinal(Labels[i].Value, other.Labels[i].Value);
            if (order != 0)
                return order;
        }
        return Labels.Length - other.Labels.Length;
    }
}
