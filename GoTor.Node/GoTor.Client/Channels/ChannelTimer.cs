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
    private long _lastCell;
    private long _idleSince;
    private bool _idle = true;
    private bool _padding;
    private TimeSpan? _paddingDelay;

    public ChannelTimer(TorChannel channel, Func<ChannelSettings> settings, TimeProvider time, TorRandom random)
    {
        _channel = channel;
        _settings = settings;
        _time = time;
        _random = random;
        TimeSpan timeout = settings().IdleTimeout;
        _idleTimeout = random.NextTimeSpan(timeout, 2 * timeout);
        _lastCell = _idleSince = time.GetTimestamp();
        _timer = time.CreateTimer(static timer => ((ChannelTimer)timer!).Due(), this, _idleTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A cell went one way or the other: nobody looking at the channel sees it idle.</summary>
    public void CellPassed() => Volatile.Write(ref _lastCell, _time.GetTimestamp());

    /// <summary>From now on the channel carries circuits that go further than the relay, and looks like it.</summary>
    /// <returns>False when it did so already.</returns>
    public bool StartPadding()
    {
        if (Volatile.Read(ref _padding))
            return false;
        lock (_lock)
        {
            if (_padding)
                return false;
            _padding = true;
            _paddingDelay = DrawDelay();
            Arm();
            return true;
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

    private TimeSpan? DrawDelay()
    {
        ChannelSettings settings = _settings();
        return ChannelPaddingRules.CanPad(_channel.LinkVersion)
            ? ChannelPaddingRules.NextDelay(settings.PaddingMode, settings.Padding, _random)
            : null;
    }

    private void Arm()
    {
        TimeSpan next = _idle ? _idleTimeout - _time.GetElapsedTime(_idleSince) : KeepAlive;
        if (SilenceAllowed is { } allowed && allowed - Silence < next)
            next = allowed - Silence;
        // The clock of the timer is coarser than ours: a little late is better than a second look.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(next.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
