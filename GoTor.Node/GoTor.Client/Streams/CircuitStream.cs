using System.Net;
using System.Runtime.CompilerServices;
using GoTor.Client.Circuits;
using GoTor.Client.Telemetry;
using GoTor.Protocol.Socks;
using GoTor.Protocol.Streams;

namespace GoTor.Client.Streams;

/// <summary>
/// The application's end of one stream of a circuit. It shares two queues with the circuit's reactor and asks it to look at them;
/// everything else about the stream belongs to the reactor.
/// </summary>
/// <param name="acceptInternal">The exit may say that it connected to a private address.</param>
internal sealed class CircuitStream(CircuitReactor reactor, TrafficPurpose purpose, bool acceptInternal) : TorStream
{
    private readonly TaskCompletionSource<IPAddress?> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TorException? _failure;
    private int _finishedCells;
    private volatile bool _completing;
    private volatile bool _aborting;

    public TrafficPurpose Purpose => purpose;

    /// <summary>What broke it off; null while it is open and after a proper end.</summary>
    public TorException? Failure => _failure;

    /// <summary>The reactor adds, the application takes.</summary>
    public ReceiveQueue Received { get; } = new();

    /// <summary>The application appends, the reactor takes.</summary>
    public SendBuffer Outgoing { get; } = new();

    /// <summary>The application will write nothing more: END follows what is queued.</summary>
    public bool IsCompleting => _completing;

    /// <summary>The application wants END at once.</summary>
    public bool IsAborting => _aborting;

    /// <summary>Where the exit connected to, which it may not say. Fails with <see cref="StreamFailedException"/>.</summary>
    public Task<IPAddress?> Connected => _connected.Task;

    /// <summary>In the reactor's list of streams to look at. Guarded by the reactor's lock.</summary>
    public bool IsPosted { get; set; }

    /// <summary>The reactor's side of it, once it has one. Only the reactor looks here.</summary>
    public StreamSlot? Slot { get; set; }

    public override async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        _completing = true;
        reactor.Attend(this);
        await _ended.Task.WaitAsync(cancellationToken);
    }

    public override void Abort()
    {
        _aborting = true;
        reactor.Attend(this);
        Received.Dispose();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        if (buffer.IsEmpty)
            return WaitUntilReadableAsync(cancellationToken);
        int read = ReadNow(buffer.Span, out bool ended);
        if (read > 0)
            return ValueTask.FromResult(read);
        return ended ? AtEnd() : WaitAndReadAsync(buffer, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        if (_completing || _aborting)
            return ValueTask.FromException(new InvalidOperationException("Writing to this stream has ended."));
        int taken = AppendNow(buffer.Span);
        if (taken < 0)
            return ValueTask.FromException(NotWritable());
        return taken == buffer.Length ? ValueTask.CompletedTask : WriteRestAsync(buffer[taken..], cancellationToken);
    }

    /// <summary>
    /// Whether the address of a CONNECTED can be where an application wanted to go. A private address is one on the exit's own network, or
    /// shall make the application believe that it is on ours. C tor refuses the same (relay.c).
    /// </summary>
    public bool Accepts(IPAddress? address) =>
        address is null || (!address.Equals(IPAddress.IPv6Any) && (acceptInternal || !HostName.IsInternal(address)));

    /// <summary>Called by the reactor at CONNECTED.</summary>
    public void OnConnected(IPAddress? address) => _connected.TrySetResult(address);

    /// <summary>Called by the reactor when it has let go of the stream.</summary>
    /// <param name="failure">What reading and writing say from now on; null when reading shall find a proper end.</param>
    /// <param name="openFailure">What opening it says, when it was not open yet.</param>
    public void OnEnded(TorException? failure, StreamFailedException openFailure)
    {
        _failure = failure;
        Received.End();
        Outgoing.Dispose();
        _connected.FailQuietly(openFailure);
        _ended.TrySetResult();
    }

    /// <summary>What is queued is still sent, then END; what arrives is dropped. Waits for neither. Idempotent.</summary>
    protected override void Dispose(bool disposing)
    {
        _completing = true;
        reactor.Attend(this);
        Received.Dispose();
        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAndReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Received.WaitAsync(cancellationToken);
            int read = ReadNow(buffer.Span, out bool ended);
            if (read > 0)
                return read;
            if (ended)
                return await AtEnd();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitUntilReadableAsync(CancellationToken cancellationToken)
    {
        bool ended;
        while (!Received.IsReadable(out ended) && !ended)
            await Received.WaitAsync(cancellationToken);
        return ended ? await AtEnd() : 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        while (!rest.IsEmpty)
        {
            await Outgoing.WaitForRoomAsync(cancellationToken);
            int taken = AppendNow(rest.Span);
            if (taken < 0)
                throw NotWritable();
            rest = rest[taken..];
        }
    }

    private int ReadNow(Span<byte> destination, out bool ended)
    {
        int read = Received.Read(destination, out int finished, out ended);
        _finishedCells += finished;
        if (_finishedCells >= StreamWindow.Increment)
        {
            // The reactor counts for itself and sends the SENDME that is due now.
            _finishedCells %= StreamWindow.Increment;
            reactor.Attend(this);
        }

        return read;
    }

    private int AppendNow(ReadOnlySpan<byte> bytes)
    {
        int taken = Outgoing.Append(bytes);
        if (taken > 0)
            reactor.Attend(this);
        return taken;
    }

    private ValueTask<int> AtEnd() =>
        _failure is null ? ValueTask.FromResult(0) : ValueTask.FromException<int>(new IOException(_failure.Message, _failure));

    private IOException NotWritable()
    {
        TorException cause = _failure ?? new TorException(TorErrorKind.StreamClosed, "The other end closed the stream.");
        return new IOException(cause.Message, cause);
    }
}
