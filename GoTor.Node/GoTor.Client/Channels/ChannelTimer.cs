using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;

namespace GoTor.Client.Channels;

/// <summary>
/// Everything about one channel that happens by the clock: padding once it carries whole circuits, a sign of life otherwise, and its
/// end when nobody needs it. It looks at the clock only when something may be due. Safe for concurrent use.
/// </summary>
internal sealed class ChannelTimer : IDisposable
{
    // Keeps address translators on the way from forgetting a channel that is not padded.
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly TorChannel _channel;
    private readonly Func<ChannelSettings> _settings;
    private readonly TimeProvider _time;
    private readonly TorRandom _random;
    private readonly ITimer _timer;
    private readonly TimeSpan _idleTimeout;
    private readonly ChannelPaddingMode _mode;
    private long _lastCell;
    private long _idleSince;
    private bool _idle = true;
    private volatile bool _padding;
    private TimeSpan? _paddingDelay;

    public ChannelTimer(TorChannel channel, ChannelPaddingMode mode, Func<ChannelSettings> settings, TimeProvider time, TorRandom random)
    {
        _mode = mode;
        _channel = channel;
        _settings = settings;
        _time = time;
        _random = random;
        TimeSpan timeout = settings().IdleTimeout;
        _idleTimeout = random.NextTimeSpan(timeout, 1.5 * timeout);
        _lastCell = _idleSince = time.GetTimestamp();
        _timer = time.CreateTimer(static timer => ((ChannelTimer)timer!).Due(), this, _idleTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A cell went one way or the other: nobody looking at the channel sees it idle.</summary>
    public void CellPassed() => Volatile.Write(ref _lastCell, _time.GetTimestamp());

    /// <summary>The channel carries circuits that go further than the relay, and from now on looks like it.</summary>
    /// <param name="usage">Data goes through them already; otherwise the consensus may want padding to wait for that.</param>
    public void StartPadding(bool usage)
    {
        if (_padding || (!usage && !_settings().Padding.BeforeUsage))
            return;
        lock (_lock)
        {
            if (_padding)
                return;
            _padding = true;
            _paddingDelay = DrawDelay();
            Arm();
        }
    }

    public void CircuitCountChanged(int count)
    {
        lock (_lock)
        {
            if (_idle == (count == 0))
                return;
            _idle = count == 0;
            if (_idle)
                _idleSince = _time.GetTimestamp();
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Due()
    {
        bool close;
        bool pad = false;
        lock (_lock)
        {
            close = _idle && _time.GetElapsedTime(_idleSince) >= _idleTimeout;
            if (!close && SilenceAllowed is { } allowed && Silence >= allowed)
            {
                pad = true;
                CellPassed();
                _paddingDelay = DrawDelay();
            }

            if (!close)
                Arm();
        }

        if (close)
            _channel.Close(ChannelEnd.ClosedByUs);
        else if (pad)
            _channel.SendPadding();
    }

    private TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _lastCell));

    private TimeSpan? SilenceAllowed => (_padding ? _paddingDelay : null) ?? (_idle ? null : KeepAlive);

    private TimeSpan? DrawDelay() => ChannelPaddingRules.NextDelay(_mode, _settings().Padding, _random);

    private void Arm()
    {
        TimeSpan next = _idle ? _idleTimeout - _time.GetElapsedTime(_idleSince) : KeepAlive;
        if (SilenceAllowed is { } allowed && allowed - Silence < next)
            next = allowed - Silence;
        // The clock of the timer is coarser than ours: a little late is better than a second look.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(next.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
