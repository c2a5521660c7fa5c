namespace GoTor.MetricsGateway.Reports;

/// <summary>What the gateway left out of one report, and why. Keeps the first few; there may be a million.</summary>
internal sealed class Refusals
{
    private const int Most = 20;
    private readonly List<string> _reasons = [];

    /// <summary>How many things were left out.</summary>
    public int Count { get; private set; }

    public void Add(string reason)
    {
        if (Count++ < Most)
            _reasons.Add(reason);
    }

    /// <summary>For the answer.</summary>
    public IEnumerable<string> ForAnswer() => Count > Most ? _reasons.Append($"and {Count - Most} more") : _reasons;
}
