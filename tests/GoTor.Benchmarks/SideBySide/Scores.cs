namespace GoTor.Benchmarks.SideBySide;

/// <summary>A figure that both clients get.</summary>
/// <param name="MoreIsBetter">True for throughput, false for what is spent.</param>
/// <param name="Bar">What we ask of ourselves, in words; null when nothing is asked.</param>
internal sealed record Measure(string Name, string Unit, bool MoreIsBetter = false, string? Bar = null);

/// <summary>One client's figures over all rounds.</summary>
internal sealed class Scores
{
    private readonly Dictionary<Measure, List<double>> _values = [];

    public IEnumerable<Measure> Measures => _values.Keys;

    public void Add(Measure measure, double value)
    {
        if (!_values.TryGetValue(measure, out List<double>? values))
            _values.Add(measure, values = []);
        values.Add(value);
    }

    public double Median(Measure measure) => Percentile(_values[measure], 0.5);

    /// <returns>The value below which a share of all values lies, by the nearest rank.</returns>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
