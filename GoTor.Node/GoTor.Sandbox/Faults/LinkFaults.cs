namespace GoTor.Sandbox.Faults;

/// <summary>
/// What is wrong between two relays of a sandbox, in both directions, on the connection that they have and on those that follow. It comes on
/// top of what is wrong with either relay. Safe for concurrent use.
/// </summary>
public sealed class LinkFaults
{
    private readonly Action _drop;
    private long _latencyTicks;
    private long _bytesPerSecond;

    internal LinkFaults(Action drop) => _drop = drop;

    /// <summary>How long whatever one sends to the other waits before it leaves, at least.</summary>
    public TimeSpan Latency
    {
        get => new(Volatile.Read(ref _latencyTicks));
        set => Volatile.Write(ref _latencyTicks, value.Ticks);
    }

    /// <summary>How many bytes each sends to the other per second at most; 0 is no limit.</summary>
    public long BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>The connection between the two is lost, and with it all circuits on it. A new one may be made.</summary>
    public void Drop() => _drop();
}
