using System.Globalization;

namespace GoTor.Node.Reporting.Aggregation;

/// <summary>The tags of one series as labels, sorted by name. Immutable.</summary>
internal sealed class LabelSet : IEquatable<LabelSet>
{
    private readonly KeyValuePair<string, string>[] _labels;

    public LabelSet(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _labels = new KeyValuePair<string, string>[tags.Length];
        for (int i = 0; i < tags.Length; i++)
            _labels[i] = new(tags[i].Key, Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "");
        Array.Sort(_labels, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
    }

    public static LabelSet Empty { get; } = new([]);

    public ReadOnlySpan<KeyValuePair<string, string>> Labels => _labels;

    public bool Has(string name, string value) => Array.IndexOf(_labels, new(name, value)) >= 0;

    public bool Equals(LabelSet? other) => other is not null && _labels.AsSpan().SequenceEqual(other._labels);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => _labels.Length == 0 ? 0 : HashCode.Combine(_labels.Length, _labels[0]);
}
