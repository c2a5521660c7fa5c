using System.Net;
using GoTor.Client.Transport;
using GoTor.Protocol.Certificates;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Channels;

/// <summary>
/// An open channel to one relay: the handle that circuits hold. A read loop and a write loop run below it, each the only owner of its
/// direction. Safe for concurrent use.
/// </summary>
internal sealed class TorChannel : IAsyncDisposable
{
    private volatile bool _isSilent;
    private static long _lastNumber;

    private readonly TlsLink _tls;
    private readonly ChannelMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CircuitTable _circuits;
    private readonly ChannelOutbox _outbox = new();
    private readonly ChannelTimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<ChannelEnd> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _endLock = new();
    private ChannelEnd? _end;
    private Exception? _cause;

    public TorChannel(
        TlsLink tls,
        LinkHandshakeResult handshake,
        IPEndPoint address,
        Func<ChannelSettings> settings,
        TimeProvider time,
        TorRandom random,
        ChannelMetrics metrics,
        ILogger<TorChannel> logger)
    {
        _tls = tls;
        _metrics = metrics;
        _logger = logger;
        Peer = handshake.Peer;
        LinkVersion = handshake.LinkVersion;
        Address = address;
        _circuits = new CircuitTable(random);
        ChannelSettings now = settings();
        ChannelPaddingPlan padding = ChannelPaddingRules.Plan(now.ConnectionPadding, now.ReducedPadding, LinkVersion);
        _timer = new ChannelTimer(this, padding.Mode, settings, time, random);
        _circuits.CountChanged += _timer.CircuitCountChanged;
        if (padding.Negotiate is { } message)
            _outbox.EnqueueControl(ChannelCells.Make(CircuitId.Channel, message));
        ChannelLog.Opened(logger, Number, LinkVersion, tls.Protocol.ToString());
    }

    /// <summary>Tells channels apart in logs; says nothing about the relay.</summary>
    public long Number { get; } = Interlocked.Increment(ref _lastNumber);

    /// <summary>Who the relay has proven to be.</summary>
    public PeerIdentities Peer { get; }

    /// <summary>4 or 5.</summary>
    public int LinkVersion { get; }

    /// <summary>The address that we reached it at. Sensitive.</summary>
    public IPEndPoint Address { get; }

    public int CircuitCount => _circuits.Count;

    /// <summary>A circuit's first cell was never answered: the connection may be dead without our knowing. It gets no new circuits.</summary>
    public bool IsSilent
    {
        get => _isSilent;
        set => _isSilent = value;
    }

    public bool IsOpen
    {
        get
        {
            lock (_endLock)
                return _end is null;
        }
    }

    /// <summary>Completes, and never fails, when both loops have ended and all circuits have been told.</summary>
    public Task<ChannelEnd> Closed => _closed.Task;

    /// <summary>Cells that wait to be written.</summary>
    public int QueuedCells => _outbox.Count;

    /// <summary>Reserves a circuit id. Nothing is sent.</summary>
    /// <exception cref="ChannelException">The channel is closed.</exception>
    public ICircuitLink OpenCircuit(ICircuitInbox inbox) => _circuits.Add(inbox, this, _outbox);

    /// <summary>Starts both loops. Called once, by whoever made the channel.</summary>
    /// <param name="reader">As the handshake left it.</param>
    public void Start(ChannelReader reader) => _ = RunAsync(reader);

    /// <summary>Begins to end the channel. Idempotent: the first reason counts. <see cref="Closed"/> says when it is over.</summary>
    public void Close(ChannelEnd end, Exception? cause = null)
    {
        lock (_endLock)
        {
            if (_end is not null)
                return;
            _end = end;
            _cause = cause;
        }

        _outbox.Close();
        _stopping.Cancel();
    }

    /// <summary>Completes once everything that was queued has been sent, or the channel is closed.</summary>
    public Task FlushAsync() => _outbox.FlushAsync();

    public async ValueTask DisposeAsync()
    {
        Close(ChannelEnd.ClosedByUs);
        await Closed;
    }

    /// <summary>For <see cref="ChannelTimer"/>: one cell of padding, unless real cells wait already.</summary>
    public void SendPadding()
    {
        if (!_outbox.IsEmpty)
            return;
        _metrics.PaddingWritten();
        _outbox.EnqueueControl(ChannelCells.Make(CircuitId.Channel, new PaddingMessage()));
    }

    /// <inheritdoc cref="ChannelTimer.StartPadding"/>
    public void StartPadding(bool usage) => _timer.StartPadding(usage);

    private async Task RunAsync(ChannelReader reader)
    {
        Task reading = GuardAsync(new ChannelReadLoop(this, reader, _circuits, _timer, _metrics, _logger).RunAsync(_stopping.Token));
        Task writing = GuardAsync(new ChannelWriteLoop(_tls.Stream, _outbox, _timer, _metrics).RunAsync(_stopping.Token));
        await Task.WhenAll(reading, writing);
        await _tls.DisposeAsync();
        _timer.Dispose();
        ChannelEnd end = _end!.Value;
        await GuardAsync(Task.Run(() => _circuits.CloseAll(end)));
        _metrics.Closed(end);
        ChannelLog.Closed(_logger, Number, end, _cause);
        _closed.SetResult(end);
    }

    // Either loop's end is the channel's end.
    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop;
            Close(ChannelEnd.ConnectionLost);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            Close(ChannelEnd.ConnectionLost, e);
        }
        catch (ChannelViolationException e)
        {
            Close(ChannelEnd.Violation, e);
        }
#pragma warning disable CA1031 // A bug in one channel must not end the process, and must not be silent.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ChannelLog.InternalError(_logger, Number, e);
            Close(ChannelEnd.ConnectionLost, e);
        }
    }
}
