using System.Globalization;
using GoTor.Client.Channels;

namespace GoTor.Client.ControlPort.Events;

/// <summary>Looks once a second at what went over the network, and remembers five minutes of it. Safe for concurrent use.</summary>
internal sealed class BandwidthHistory : IDisposable
{
    private const int Kept = 300;

    private readonly Lock _lock = new();
    private readonly Queue<(long Read, long Written)> _seconds = new(Kept);
    private readonly ChannelMetrics _traffic;
    private readonly Action<long, long> _tick;
    private readonly ITimer _timer;
    private (long Read, long Written) _last;

    /// <param name="tick">Told the bytes read and written in the last second.</param>
    public BandwidthHistory(ChannelMetrics traffic, TimeProvider time, Action<long, long> tick)
    {
        (_traffic, _tick) = (traffic, tick);
        _last = (traffic.TotalRead, traffic.TotalWritten);
        _timer = time.CreateTimer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary><c>read,written</c> of each second, the oldest first.</summary>
    public string Describe()
    {
        lock (_lock)
            return string.Join(' ', _seconds.Select(second => string.Create(CultureInfo.InvariantCulture, $"{second.Read},{second.Written}")));
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        (long Read, long Written) second;
        lock (_lock)
        {
            (long Read, long Written) now = (_traffic.TotalRead, _traffic.TotalWritten);
            second = (now.Read - _last.Read, now.Written - _last.Written);
            _last = now;
            if (_seconds.Count == Kept)
                _seconds.Dequeue();
            _seconds.Enqueue(second);
        }

        _tick(second.Read, second.Written);
    }
}
