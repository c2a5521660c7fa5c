namespace GoTor.Client.Proxies;

/// <summary>Lets one line through per interval, whatever applications do. Safe for concurrent use.</summary>
internal sealed class LogGate(TimeProvider time, TimeSpan interval)
{
    private long _closedUntil = long.MinValue;

    public bool TryPass()
    {
        long now = time.GetTimestamp();
        long until = Volatile.Read(ref _closedUntil);
        return now >= until
            && Interlocked.CompareExchange(ref _closedUntil, now + (long)(interval.TotalSeconds * time.TimestampFrequency), until) == until;
    }
}
