using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Faults;

/// <summary>
/// What is wrong with one relay, at any moment: a tool for tests of whatever must survive it. Everything is right until somebody says
/// otherwise, and can be made right again. Safe for concurrent use.
/// </summary>
public sealed class RelayFaults
{
    private readonly SandboxRelay _relay;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private TaskCompletionSource? _frozen;
    private long _latencyTicks;
    private long _bytesPerSecond;
    private volatile GarbageStep _garbage;
    private volatile bool _refusesStreams;

    internal RelayFaults(SandboxRelay relay, TimeProvider time) => (_relay, _time) = (relay, time);

    /// <summary>How long whatever the relay sends waits before it leaves, at least.</summary>
    public TimeSpan Latency
    {
        get => new(Volatile.Read(ref _latencyTicks));
        set => Volatile.Write(ref _latencyTicks, value.Ticks);
    }

    /// <summary>How many bytes the relay sends per second and link at most; 0 is no limit.</summary>
    public long BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>The relay serves nonsense from this step on. Links and circuits that are past it do not notice.</summary>
    public GarbageStep Garbage
    {
        get => _garbage;
        set => _garbage = value;
    }

    /// <summary>An exit refuses every stream, as if its policy had changed.</summary>
    public bool RefusesStreams
    {
        get => _refusesStreams;
        set => _refusesStreams = value;
    }

    /// <summary>The relay is gone: its port is closed and all its connections end. Completes when that is so.</summary>
    public Task KillAsync() => _relay.StopAsync();

    /// <summary>The relay is back, at its old port and with its old keys.</summary>
    public void Restart() => _relay.Start();

    /// <summary>All connections of the relay are lost; it takes new ones.</summary>
    public void DropLinks() => _relay.DropLinks();

    /// <summary>The relay neither reads nor writes, and keeps its connections: the worst kind of dead.</summary>
    public void Freeze()
    {
        lock (_lock)
            _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Thaw()
    {
        lock (_lock)
        {
            _frozen?.TrySetResult();
            _frozen = null;
        }
    }

    /// <summary>Called with what came in, before it is looked at.</summary>
    internal ValueTask BeforeReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _frozen is null ? ValueTask.CompletedTask : new ValueTask(_frozen.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Called with what goes out, before it does.</summary>
    /// <param name="link">What is wrong between this relay and the one at the other end, if anything is.</param>
    internal async ValueTask BeforeWriteAsync(int bytes, LinkFaults? link, CancellationToken cancellationToken)
    {
        await BeforeReadAsync(cancellationToken);
        TimeSpan delay = Latency + (link?.Latency ?? TimeSpan.Zero) + Longer(Transfer(bytes, BytesPerSecond), Transfer(bytes, link?.BytesPerSecond ?? 0));
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, _time, cancellationToken);
    }

    private static TimeSpan Transfer(int bytes, long bytesPerSecond) =>
        bytesPerSecond > 0 ? TimeSpan.FromSeconds((double)bytes / bytesPerSecond) : TimeSpan.Zero;

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
