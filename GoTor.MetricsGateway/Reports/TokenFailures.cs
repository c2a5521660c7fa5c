using System.Net;

namespace GoTor.MetricsGateway.Reports;

/// <summary>Counts calls without the token and logs each source once a minute. Safe for concurrent use; its memory is bounded.</summary>
internal sealed class TokenFailures(ReportsMetrics metrics, TimeProvider time, ILogger<TokenFailures> logger)
{
    private const int MostSources = 1024;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, Source> _sources = [];

    public void Add(IPAddress? address)
    {
        metrics.Refused(RefusalReason.Token);
        address ??= IPAddress.None;
        DateTimeOffset now = time.GetUtcNow();
        int count;
        lock (_lock)
        {
            if (!_sources.TryGetValue(address, out Source? source))
            {
                if (_sources.Count >= MostSources && !ForgetOld(now))
                    return; // So many sources in one minute: their lines would help nobody. They are counted.
                _sources[address] = source = new Source();
            }
            source.Count++;
            if (now - source.LoggedAt < Silence)
                return;
            source.LoggedAt = now;
            (count, source.Count) = (source.Count, 0);
        }
        ReportsLog.WrongToken(logger, address, count);
    }

    private bool ForgetOld(DateTimeOffset now)
    {
        foreach ((IPAddress address, Source source) in _sources)
        {
            if (now - source.LoggedAt >= Silence)
                _sources.Remove(address);
        }
        return _sources.Count < MostSources;
    }

    private sealed class Source
    {
        public int Count { get; set; }

        public DateTimeOffset LoggedAt { get; set; } = DateTimeOffset.MinValue;
    }
}
