using System.Net;
using GoTor.Client.Circuits;
using GoTor.Client.Telemetry;
using GoTor.Protocol.Streams;

namespace GoTor.Client.Streams;

/// <summary>
/// The application's end of one stream of a circuit. It shares two queues with the circuit's reactor and asks it to look at them;
/// everything else about the stream belongs to the reactor.
/// </summary>
internal sealed class CircuitStream : TorStream
{
    private readonly CircuitReactor _reactor;
    private readonly ReadCall _reading;
    private readonly WriteCall _writing;
    private readonly TaskCompletionSource<IPAddress?> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TorException? _failure;
    private int _finishedCells;
    private volatile bool _completing;
    private volatile bool _aborting;

    public CircuitStream(CircuitReactor reactor, TrafficPurpose purpose, AcceptedAddresses accepted)
    {
        _reactor = reactor;
        Purpose = purpose;
        Accepted = accepted;
        _reading = new ReadCall(this);
        _writing = new WriteCall(this);
    }

    public TrafficPurpose Purpose { get; }

    /// <summary>What broke it off; null while it is open and after a proper end.</summary>
    public TorException? Failure => _failure;

    public AcceptedAddresses Accepted { get; }

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
        _reactor.Attend(this);
        await _ended.Task.WaitAsync(cancellationToken);
    }

    public override void Abort()
    {
        _aborting = true;
        _reactor.Attend(this);
        Received.Dispose();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        try
        {
            return TryRead(buffer.Span, out int read) ? ValueTask.FromResult(read) : _reading.StartAsync(buffer, cancellationToken);
        }
        catch (IOException broken)
        {
            return ValueTask.FromException<int>(broken);
        }
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
        return taken == buffer.Length ? ValueTask.CompletedTask : _writing.StartAsync(buffer[taken..], cancellationToken);
    }

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
        _reactor.Attend(this);
        Received.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Reads what is there. With an empty buffer, only looks whether something is.</summary>
    /// <returns>False when there is nothing yet.</returns>
    /// <exception cref="IOException">The stream broke, and everything before that has been read.</exception>
    private bool TryRead(Span<byte> buffer, out int read)
    {
        read = 0;
        bool ended;
        if (buffer.IsEmpty)
        {
            if (Received.IsReadable(out ended))
                return true;
        }
        else
        {
            read = ReadNow(buffer, out ended);
            if (read > 0)
                return true;
        }

        if (ended && _failure is { } failure)
            throw new IOException(failure.Message, failure);
        return ended;
    }

    private int ReadNow(Span<byte> destination, out bool ended)
    {
        int read = Received.Read(destination, out int finished, out ended);
        _finishedCells += finished;
        if (_finishedCells >= StreamWindow.Increment)
        {
            // The reactor counts for itself and sends the SENDME that is due now.
            _finishedCells %= StreamWindow.Increment;
            _reactor.Attend(this);
        }

        return read;
    }

    private int AppendNow(ReadOnlySpan<byte> bytes)
    {
        int taken = Outgoing.Append(bytes);
        if (taken > 0)
            _reactor.Attend(this);
        return taken;
    }

    private IOException NotWritable()
    {
        TorException cause = _failure ?? new TorException(TorErrorKind.StreamClosed, "The other end closed the stream.");
        return new IOException(cause.Message, cause);
    }

    private sealed class ReadCall(CircuitStream stream) : WaitingCall
    {
        private Memory<byte> _buffer;

        public ValueTask<int> StartAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (!TryTake())
                return ValueTask.FromException<int>(Refused());
            _buffer = buffer;
            return new ValueTask<int>(this, Begin(cancellationToken));
        }

        protected override ValueTask WaitAsync(CancellationToken cancellationToken) => stream.Received.WaitAsync(cancellationToken);

        protected override bool TryStep(out int result) => stream.TryRead(_buffer.Span, out result);

        protected override void Clear() => _buffer = default;
    }

    private sealed class WriteCall(CircuitStream stream) : WaitingCall
    {
        private ReadOnlyMemory<byte> _rest;

        public ValueTask StartAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
        {
            if (!TryTake())
                return ValueTask.FromException(Refused());
            _rest = rest;
            return new ValueTask(this, Begin(cancellationToken));
        }

        protected override ValueTask WaitAsync(CancellationToken cancellationToken) => stream.Outgoing.WaitForRoomAsync(cancellationToken);

        protected override bool TryStep(out int result)
        {
            result = 0;
            int taken = stream.AppendNow(_rest.Span);
            if (taken < 0)
                throw stream.NotWritable();
            _rest = _rest[taken..];
            return _rest.IsEmpty;
        }

        protected override void Clear() => _rest = default;
    }
}
