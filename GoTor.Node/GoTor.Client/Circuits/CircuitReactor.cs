using System.Diagnostics.CodeAnalysis;
using GoTor.Client.Channels;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>
/// Runs one circuit. Everything that changes belongs to whoever runs the loop, and only one thread does at a time: the one that first
/// finds something to do while nobody runs (the channel's, or the application's: no thread needs to be woken for a cell). Others post
/// and go on. The loop never waits and never calls foreign code: whoever waits for an answer is woken on the thread pool.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "It disposes of its hops when the circuit ends, on the thread that runs it then.")]
internal sealed class CircuitReactor : ICircuitInbox, IThreadPoolWorkItem
{
    /// <summary>Cells in the inbox before the circuit is given up: more than any honest peer can have in flight.</summary>
    public const int MaxQueuedCells = 4096;

    // A thread that came to do one thing shall not be kept by a circuit that others keep busy.
    private const int MaxRounds = 16;

    private readonly Lock _gate = new();
    private List<CellBuffer> _arrived = [];
    private List<CircuitCommand> _posted = [];
    private List<CircuitStream> _calling = [];
    private ChannelEnd? _channelEnd;
    private bool _writable;
    private bool _overflowed;
    private bool _closed;
    private bool _running = true;

    // From here on: only for whoever runs the loop.
    private List<CellBuffer> _cells = [];
    private List<CircuitCommand> _commands = [];
    private List<CircuitStream> _attending = [];
    private readonly ICircuitLink _link;
    private readonly CircuitHops _hops;
    private readonly CircuitStreams _streams;
    private readonly CircuitParameters _parameters;
    private readonly CircuitMetrics _metrics;
    private readonly ILogger _logger;
    private CircuitCommand.Extend? _extending;
    private CircuitEnd? _end;
    private bool _destroyedByPeer;
    private int _done;

    private readonly TaskCompletionSource<CircuitEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="openLink">Called once, with this as the inbox.</param>
    public CircuitReactor(
        long number,
        Func<ICircuitInbox, ICircuitLink> openLink,
        CircuitParameters parameters,
        TimeProvider time,
        TorRandom random,
        CircuitMetrics metrics,
        StreamMetrics streamMetrics,
        ILogger logger)
    {
        Number = number;
        _parameters = parameters;
        _metrics = metrics;
        _logger = logger;
        _link = openLink(this);
        _hops = new CircuitHops(_link, parameters, random);
        _streams = new CircuitStreams(number, _hops, time, random, streamMetrics, logger);

        // The channel knows us since openLink; only now may someone run.
        lock (_gate)
            _running = false;
    }

    public long Number { get; }

    public Task<CircuitEnd> Ended => _ended.Task;

    public int OpenStreams => _streams.Count;

    public CircuitTraffic Traffic => _hops.Traffic;

    /// <summary>A caller is about to post a stream or a lookup.</summary>
    public void AnnounceStream() => _streams.Announce();

    public bool TryDeliver(CellBuffer cell)
    {
        lock (_gate)
        {
            if (_closed || _overflowed)
                return false;
            if (_arrived.Count >= MaxQueuedCells)
            {
                _overflowed = true;
                return false;
            }

            _arrived.Add(cell);
            return true;
        }
    }

    public void DeliveryPaused() => RunUnlessRunning();

    public void ChannelWritable()
    {
        lock (_gate)
            _writable = true;
        RunUnlessRunning();
    }

    public void ChannelClosed(ChannelEnd end)
    {
        lock (_gate)
            _channelEnd ??= end;
        RunUnlessRunning();
    }

    public void Post(CircuitCommand command)
    {
        lock (_gate)
            _posted.Add(command);
        RunUnlessRunning();
    }

    /// <summary>Something about a stream changed on the application's side: its two queues or its wish to end.</summary>
    public void Attend(CircuitStream stream)
    {
        lock (_gate)
        {
            if (stream.IsPosted)
                return;
            stream.IsPosted = true;
            _calling.Add(stream);
        }

        RunUnlessRunning();
    }

    void IThreadPoolWorkItem.Execute() => Run();

    private void RunUnlessRunning()
    {
        lock (_gate)
        {
            if (_running)
                return;
            _running = true;
        }

        Run();
    }

    private void Run()
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            if (!TakePosted())
                return;
            RunRound();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>False when there is nothing to do: somebody else may run from now on.</returns>
    private bool TakePosted()
    {
        lock (_gate)
        {
            bool channelEnded = _channelEnd is not null && !_closed;
            if (_arrived.Count == 0 && _posted.Count == 0 && _calling.Count == 0 && !_writable && !channelEnded && !(_overflowed && !_closed))
            {
                _running = false;
                return false;
            }

            (_arrived, _cells) = (_cells, _arrived);
            (_posted, _commands) = (_commands, _posted);
            (_calling, _attending) = (_attending, _calling);
            foreach (CircuitStream stream in _attending)
                stream.IsPosted = false;
            _writable = false;
            return true;
        }
    }

    private void RunRound()
    {
        try
        {
            for (_done = 0; _done < _commands.Count; _done++)
                Do(_commands[_done]);
            for (int i = 0; i < _cells.Count && _end is null; i++)
                Receive(i);
            foreach (CircuitStream stream in _attending)
                _streams.Attend(stream);
            if (_end is null && _channelEnd is { } channelEnd)
                End(new CircuitEnd(CircuitEndKind.ChannelEnded, Channel: channelEnd));
            if (_end is null && _overflowed)
                End(new CircuitEnd(CircuitEndKind.QueueOverflow));
            if (_end is null)
                _streams.SendWhatMaySend();
            _streams.EndOfBatch();
        }
        catch (Exception ours) when (ours is not OutOfMemoryException)
        {
            CircuitLog.InternalError(_logger, Number, ours);
            CircuitEnd internalEnd = new(CircuitEndKind.Internal);
            End(internalEnd);
            for (int i = _done; i < _commands.Count; i++)
                _commands[i].Fail(internalEnd);
        }

        foreach (CellBuffer? left in _cells)
            left?.Dispose();
        _cells.Clear();
        _commands.Clear();
        _attending.Clear();
    }

    private void Do(CircuitCommand command)
    {
        if (_end is { } end)
        {
            command.Fail(end);
            if (command is CircuitCommand.Open or CircuitCommand.Lookup)
                _streams.Retract((command as CircuitCommand.Open)?.Stream.Purpose);
            return;
        }

        switch (command)
        {
            case CircuitCommand.Extend extend:
                Extend(extend);
                break;
            case CircuitCommand.Open open:
                _streams.Open(open);
                break;
            case CircuitCommand.Lookup lookup:
                _streams.Lookup(lookup);
                break;
            case CircuitCommand.ForgetLookup forget:
                _streams.Forget(forget.Forgotten);
                break;
            case CircuitCommand.Close close:
                End(close.End);
                break;
        }
    }

    private void Extend(CircuitCommand.Extend extend)
    {
        if (_extending is not null)
        {
            extend.Refuse("The circuit is being extended already.");
            return;
        }

        try
        {
            if (_hops.Count == 0)
                _link.Send(FirstHop.Request(extend.Handshake));
            else
                SendExtend2(extend);
            _extending = extend;
        }
        catch (InvalidOperationException exhausted)
        {
            extend.Refuse(exhausted.Message);
        }
    }

    private void SendExtend2(CircuitCommand.Extend extend)
    {
        byte[] request = new byte[extend.Handshake.RequestLength];
        extend.Handshake.WriteRequest(request);
        // All clients say the same of a relay, whatever each of them knows: the consensus decides. ntor-v3 needs the identity in any case.
        Ed25519Identity? ed25519Identity = _parameters.ExtendByEd25519Id ? extend.Target.Ed25519Identity : null;
        var message = new Extend2Message(
            LinkSpecifier.ForRelay(extend.Target.OrPorts, extend.Target.RsaIdentity, ed25519Identity),
            extend.Handshake.Type,
            request);
        Span<byte> encoded = stackalloc byte[CellLayout.RelayDataLengthV0];
        var writer = new WireWriter(encoded);
        message.Encode(ref writer);
        _hops.Send(_hops.Last, RelayCommand.Extend2, StreamId.Circuit, writer.WrittenSpan);
    }

    /// <summary>One cell. It ends the circuit if it breaks a rule, and nothing else.</summary>
    private void Receive(int index)
    {
        CellBuffer cell = _cells[index];
        try
        {
            switch (cell.Command)
            {
                case ChannelCommand.Relay:
                    if (ReceiveRelay(cell))
                        _cells[index] = null!;
                    break;
                case ChannelCommand.Destroy:
                    _destroyedByPeer = true;
                    End(new CircuitEnd(CircuitEndKind.Destroyed, PeerReason: (DestroyReason)cell.Body[0]));
                    break;
                case ChannelCommand.Created2 or ChannelCommand.CreatedFast when _extending is not null && _hops.Count == 0:
                    FinishHandshake(FirstHop.Reply(_extending.Handshake, cell));
                    break;
                default:
                    throw new CircuitViolationException($"A {cell.Command} cell is not expected here.");
            }
        }
        catch (Exception broken) when (broken is CircuitViolationException or MalformedMessageException)
        {
            CircuitLog.Violation(_logger, Number, broken.Message);
            End(new CircuitEnd(CircuitEndKind.Violation));
        }
    }

    /// <returns>True when the cell has a new owner.</returns>
    private bool ReceiveRelay(CellBuffer cell)
    {
        int hop = _hops.Decrypt(cell);
        if (hop == ClientRelayCrypto.Unrecognised)
        {
            _metrics.DigestFailed();
            throw new CircuitViolationException("A cell that no hop of ours sent.");
        }

        RelayHeader header = RelayHeader.Read(RelayCellFormat.V0, cell.Body);
        _hops.Traffic.CellsRead++;
        _hops.Traffic.DeliveredRead += header.Length;
        MessageOwner owner = CircuitRules.OwnerOf(header.Command, header.StreamId, hop, _hops.Last, _extending is not null);
        if (header.Command == RelayCommand.Data)
            _hops.CountData(hop);
        switch (owner)
        {
            case MessageOwner.Stream:
                return _streams.Receive(hop, header, cell);
            case MessageOwner.FlowControl:
                _hops.FlowOf(hop).SendmeReceived(header.MessageIn(cell.Body));
                return false;
            case MessageOwner.Handshake:
                FinishHandshake(RelayMessages.Decode<Extended2Message>(header.MessageIn(cell.Body)).HandshakeData);
                return false;
            case MessageOwner.Teardown:
                DestroyReason reason = RelayMessages.Decode<TruncatedMessage>(header.MessageIn(cell.Body)).Reason;
                End(new CircuitEnd(CircuitEndKind.Truncated, hop + 1, reason));
                return false;
            default:
                return false;
        }
    }

    private void FinishHandshake(ReadOnlyMemory<byte> reply)
    {
        CircuitCommand.Extend extend = _extending!;
        try
        {
            using RelayKeyMaterial keys = extend.Handshake.Complete(reply.Span);
            // We asked for nothing, so nothing may be granted.
            if (!keys.Extensions.IsEmpty)
                CircuitExtensions.DecodeResponse(keys.Extensions);
            _hops.Add(keys);
        }
        catch (Exception broken) when (broken is CircuitViolationException or MalformedMessageException)
        {
            CircuitLog.Violation(_logger, Number, broken.Message);
            End(new CircuitEnd(CircuitEndKind.HandshakeFailed, _hops.Count + 1));
            return;
        }

        _extending = null;
        extend.Done();
    }

    private void End(CircuitEnd end)
    {
        if (_end is not null)
            return;
        _end = end;
        lock (_gate)
            _closed = true;
        _streams.EndAll(end);
        if (_hops.Count == 0 && _extending is not null && end.Kind == CircuitEndKind.BuildCancelled)
            _link.ReportSilence();
        _extending?.Fail(end);
        _extending = null;
        _link.Close(_destroyedByPeer);
        _hops.Dispose();
        CircuitLog.Ended(_logger, Number, end.Kind, (byte)end.PeerReason);
        _ended.TrySetResult(end);
    }
}
