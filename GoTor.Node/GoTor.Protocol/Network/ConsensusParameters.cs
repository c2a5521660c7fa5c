namespace GoTor.Protocol.Network;

/// <summary>The "params" line of a consensus: what the authorities want clients to do. param-spec. Immutable.</summary>
internal sealed class ConsensusParameters(IReadOnlyDictionary<string, int> values)
{
    public static ConsensusParameters Default { get; } = new(new Dictionary<string, int>());

    public IReadOnlyDictionary<string, int> All => values;

    /// <summary>The value, or the default when it is absent, clamped to the range that the spec allows.</summary>
    public int Get(string name, int defaultValue, int min, int max) =>
        Math.Clamp(values.GetValueOrDefault(name, defaultValue), min, max);
}
