namespace GoTor.Node.Health;

/// <summary>How much a total has grown lately, to a tenth of the window. The total was 0 at <paramref name="start"/>. One caller at a time.</summary>
internal sealed class RecentCount(TimeSpan window, DateTimeOffset start)
{
    private const int Steps = 10;

    private readonly Queue<(DateTimeOffset At, long Total)> _samples = new([(start, 0)]);
    private DateTimeOffset _newest = start;

    public long Update(DateTimeOffset now, long total)
    {
        // A clock that was set back would keep old samples for long.
        if (now < _newest)
            _samples.Clear();
        while (_samples.TryPeek(out (DateTimeOffset At, long Total) oldest) && _samples.Count > 1 && now - oldest.At > window)
            _samples.Dequeue();
        if (_samples.Count == 0 || now - _newest >= window / Steps)
        {
            _samples.Enqueue((now, total));
            _newest = now;
        }

        return total - _samples.Peek().Total;
    }
}
