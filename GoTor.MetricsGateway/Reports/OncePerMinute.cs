namespace GoTor.MetricsGateway.Reports;

/// <summary>
/// Lets one line per key and minute into the log, and a few of all keys together: names of nodes cost nothing. Safe for concurrent use; its
/// memory is bounded.
/// </summary>
internal sealed class OncePerMinute(TimeProvider time)
{
    /// <summary>Lines per minute, whatever their keys. What is not said is still counted by the metrics.</summary>
    public const int MostLines = 60;

    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _last = new(MostLines, StringComparer.Ordinal);

    public bool IsDue(string key)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            if (_last.TryGetValue(key, out DateTimeOffset last) && now - last < Silence)
                return false;
            // Only lines of the past minute are kept, so their number is what was said in it.
            if (_last.Count >= MostLines && !ForgetOld(now))
                return false;
            _last[key] = now;
            return true;
        }
    }

    private bool ForgetOld(DateTimeOffset now)
    {
        foreach ((string key, DateTimeOffset last) in _last)
        {
            if (now - last >= Silence)
                _last.Remove(key);
        }
        return _last.Count < MostLines;
    }
}
