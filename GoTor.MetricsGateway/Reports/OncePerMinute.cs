namespace GoTor.MetricsGateway.Reports;

/// <summary>Lets one line per key and minute into the log. Safe for concurrent use; its memory is bounded.</summary>
internal sealed class OncePerMinute(TimeProvider time)
{
    private const int MostKeys = 4096;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _last = new(StringComparer.Ordinal);

    public bool IsDue(string key)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            if (_last.TryGetValue(key, out DateTimeOffset last) && now - last < Silence)
                return false;
            if (_last.Count >= MostKeys)
                _last.Clear();
            _last[key] = now;
            return true;
        }
    }
}
