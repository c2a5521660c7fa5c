using System.Runtime.InteropServices;
using GoTor.Client.Channels;
using GoTor.Client.Streams;
using GoTor.Client.Telemetry;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Streams;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace GoTor.Client.Circuits;

/// <summary>
/// The streams of one circuit: who may send next, whom a message is for, which ended streams may still receive. Part of the circuit's
/// reactor: one caller at a time.
/// </summary>
internal sealed class CircuitStreams(
    long circuitNumber, CircuitHops hops, TimeProvider time, TorRandom random, StreamMetrics metrics, ILogger logger)
{
    private readonly Dictionary<ushort, StreamSlot> _open = [];
    private readonly Dictionary<ushort, HalfClosedStream> _halfClosed = [];
    private readonly List<StreamSlot> _sending = [];
    private readonly List<StreamSlot> _touched = [];
    private int _nextToSend;
    private ushort _nextId = (ushort)random.Next(1, 65536);
    private ByteCount _userBytes;
    private ByteCount _directoryBytes;
    private int _count;

    /// <summary>Application bytes since the metrics were told.</summary>
    private struct ByteCount
    {
        public long Sent;
        public long Received;
    }

    /// <summary>Streams and lookups that did not end yet. Any thread may ask.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A caller announces a stream before the reactor sees it, so that nobody takes the circuit for idle meanwhile.</summary>
    public void Announce() => Interlocked.Increment(ref _count);

    /// <summary>What was announced will not come, since the circuit is over.</summary>
    /// <param name="purpose">Null for a lookup.</param>
    public void Retract(TrafficPurpose? purpose)
    {
        Interlocked.Decrement(ref _count);
        if (purpose is not { } stream)
            return;
        metrics.Created(stream);
        metrics.Closed(stream, wasOpen: false);
    }

    public void Open(CircuitCommand.Open command)
    {
        CircuitStream stream = command.Stream;
        metrics.Created(stream.Purpose);
        if (stream.IsAborting || NewId() is not { } id)
        {
            stream.OnEnded(Aborted(), new StreamFailedException(EndReason.ResourceLimit));
            metrics.Closed(stream.Purpose, wasOpen: false);
            Interlocked.Decrement(ref _count);
            return;
        }

        StreamLog.Opening(logger, circuitNumber, id.Value);
        int hop = hops.Last;
        StreamSlot slot = StreamSlot.ForStream(id, hop, hops.FlowOf(hop).UsesRateFlowControl, stream, time.GetTimestamp());
        stream.Slot = slot;
        _open.Add(id.Value, slot);
        hops.Send(hop, command.Begin is null ? RelayCommand.BeginDir : RelayCommand.Begin, id, command.Begin);
        Attend(stream);
    }

    public void Lookup(CircuitCommand.Lookup command)
    {
        if (NewId() is not { } id)
        {
            command.Answer.FailQuietly(new StreamFailedException(EndReason.ResourceLimit));
            Interlocked.Decrement(ref _count);
            return;
        }

        int hop = hops.Last;
        _open.Add(id.Value, StreamSlot.ForLookup(id, hop, hops.FlowOf(hop).UsesRateFlowControl, command.Answer, time.GetTimestamp()));
        hops.Send(hop, RelayCommand.Resolve, id, command.Resolve);
    }

    public void Forget(CircuitCommand.Lookup lookup)
    {
        foreach (StreamSlot slot in _open.Values)
        {
            if (slot.Resolved == lookup.Answer)
            {
                SendEnd(slot, null);
                return;
            }
        }
    }

    /// <summary>The application wrote, read, finished or gave up.</summary>
    public void Attend(CircuitStream stream)
    {
        if (stream.Slot is not { } slot)
            return;
        if (stream.IsAborting)
        {
            SendEnd(slot, Aborted());
            return;
        }

        SendStreamSendmes(slot);
        if (!slot.IsSending && (stream.Outgoing.Count > 0 || stream.IsCompleting))
        {
            slot.IsSending = true;
            _sending.Add(slot);
        }
    }

    /// <summary>Takes turns between the streams that have something to send, until a window or the channel is full.</summary>
    public void SendWhatMaySend()
    {
        int blocked = 0;
        while (blocked < _sending.Count)
        {
            if (_nextToSend >= _sending.Count)
                _nextToSend = 0;
            StreamSlot slot = _sending[_nextToSend];
            CircuitStream stream = slot.Stream!;
            if (stream.Outgoing.Count == 0)
            {
                if (stream.IsCompleting)
                    SendEnd(slot, null);
                else
                    StopSending(slot);
                continue;
            }

            if (!hops.IsLinkWritable)
                return;
            if (!slot.Window.CanSend || !hops.CanSendData(slot.Hop))
            {
                blocked++;
                _nextToSend++;
                continue;
            }

            BytesOf(stream).Sent += hops.SendData(slot.Hop, slot.Id, stream.Outgoing);
            slot.Window.DataSent();
            blocked = 0;
            _nextToSend++;
        }
    }

    /// <summary>One message for a stream.</summary>
    /// <returns>True when the cell now belongs to the stream.</returns>
    /// <exception cref="CircuitViolationException">It may not come now, from this hop, or like this.</exception>
    /// <exception cref="MalformedMessageException">It cannot be read.</exception>
    public bool Receive(int hop, in RelayHeader header, CellBuffer cell)
    {
        if (header is { Command: RelayCommand.Data, Length: 0 })
            throw new CircuitViolationException("A DATA message without data.");
        if (!_open.TryGetValue(header.StreamId.Value, out StreamSlot? slot))
        {
            ReceiveLate(hop, header);
            return false;
        }

        if (slot.Hop != hop)
            throw new CircuitViolationException($"{header.Command} for a stream from another hop than the stream's.");
        if (slot.State.Admit(header.Command) == StreamVerdict.Ignore)
            return false;
        ReadOnlySpan<byte> message = header.MessageIn(cell.Body);
        switch (header.Command)
        {
            case RelayCommand.Data:
                ReceiveData(slot, header, cell);
                return true;
            case RelayCommand.Sendme:
                slot.Window.SendmeReceived();
                return false;
            case RelayCommand.Connected:
                Connected(slot, RelayMessages.Decode<ConnectedMessage>(message));
                return false;
            case RelayCommand.Resolved:
                slot.Resolved!.TrySetResult(RelayMessages.Decode<ResolvedMessage>(message));
                Remove(slot);
                return false;
            case RelayCommand.End:
                EndedByPeer(slot, RelayMessages.Decode<EndMessage>(message).Reason);
                return false;
            default:
                return false;
        }
    }

    /// <summary>The batch is over: tells readers what arrived, and the metrics.</summary>
    public void EndOfBatch()
    {
        foreach (StreamSlot slot in _touched)
        {
            slot.IsTouched = false;
            slot.Stream!.Received.Wake();
        }

        _touched.Clear();
        metrics.Data(TrafficPurpose.User, _userBytes.Sent, _userBytes.Received);
        metrics.Data(TrafficPurpose.Directory, _directoryBytes.Sent, _directoryBytes.Received);
        _userBytes = default;
        _directoryBytes = default;
    }

    /// <summary>The circuit is over. What has arrived can still be read.</summary>
    public void EndAll(CircuitEnd end)
    {
        EndOfBatch();
        TorException failure = CircuitErrors.For(end);
        foreach (StreamSlot slot in _open.Values.ToArray())
        {
            slot.Resolved?.FailQuietly(new StreamFailedException(EndReason.Destroy, circuitEnded: true));
            Finish(slot, failure, new StreamFailedException(EndReason.Destroy, circuitEnded: true));
        }

        _halfClosed.Clear();
    }

    private void ReceiveData(StreamSlot slot, in RelayHeader header, CellBuffer cell)
    {
        slot.Window.DataReceived();
        slot.Stream!.Received.Add(cell, header.Offset, header.Length);
        BytesOf(slot.Stream).Received += header.Length;
        if (!slot.IsTouched)
        {
            slot.IsTouched = true;
            _touched.Add(slot);
        }

        if (!slot.HadFirstByte)
        {
            slot.HadFirstByte = true;
            metrics.FirstByte(slot.Stream.Purpose, time.GetElapsedTime(slot.OpenedAt));
        }
    }

    private ref ByteCount BytesOf(CircuitStream stream)
    {
        if (stream.Purpose == TrafficPurpose.User)
            return ref _userBytes;
        return ref _directoryBytes;
    }

    private void ReceiveLate(int hop, in RelayHeader header)
    {
        ref HalfClosedStream late = ref CollectionsMarshal.GetValueRefOrNullRef(_halfClosed, header.StreamId.Value);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref late))
            throw new CircuitViolationException($"{header.Command} for a stream that does not exist.");
        if (late.Hop != hop)
            throw new CircuitViolationException($"{header.Command} for an ended stream from another hop than the stream's.");
        if (late.Admit(header.Command))
            _halfClosed.Remove(header.StreamId.Value);
    }

    private void Connected(StreamSlot slot, ConnectedMessage message)
    {
        CircuitStream stream = slot.Stream!;
        if (!stream.Accepted.Accept(message.Address))
        {
            StreamLog.UnacceptableAddress(logger, circuitNumber, slot.Id.Value);
            SendEnd(slot, StreamErrors.For(EndReason.TorProtocol), new StreamFailedException(EndReason.TorProtocol) { NamedUnacceptableAddress = true });
            return;
        }

        StreamLog.Opened(logger, circuitNumber, slot.Id.Value);
        metrics.Opened(stream.Purpose, time.GetElapsedTime(slot.OpenedAt));
        slot.WasOpen = true;
        stream.OnConnected(message.Address);
    }

    private void EndedByPeer(StreamSlot slot, EndReason reason)
    {
        StreamLog.EndedByPeer(logger, circuitNumber, slot.Id.Value, reason);
        slot.Resolved?.FailQuietly(new StreamFailedException(reason));
        // DONE is the proper end of a byte stream; after anything else the application must not believe that it has everything.
        Finish(slot, reason == EndReason.Done ? null : StreamErrors.For(reason), new StreamFailedException(reason));
    }

    private void SendStreamSendmes(StreamSlot slot)
    {
        // Not before CONNECTED, when nothing can have come either.
        while (slot.State.IsOpen && !slot.UsesRateFlowControl && slot.Window.TakeSendmeDue(slot.Stream!.Received.Waiting))
            hops.Send(slot.Hop, RelayCommand.Sendme, slot.Id, []);
    }

    /// <summary>Ends a stream from our side. The other side may not know yet.</summary>
    /// <param name="openFailure">For whoever waits for CONNECTED. What we send never says why.</param>
    private void SendEnd(StreamSlot slot, TorException? failure, StreamFailedException? openFailure = null)
    {
        StreamLog.EndedByUs(logger, circuitNumber, slot.Id.Value);
        hops.Send(slot.Hop, RelayCommand.End, slot.Id, [(byte)EndReason.Misc]);
        _halfClosed.Add(slot.Id.Value, new HalfClosedStream(slot.Hop, slot.State, slot.Window, slot.UsesRateFlowControl));
        Finish(slot, failure, openFailure ?? new StreamFailedException(EndReason.Misc));
    }

    private void Finish(StreamSlot slot, TorException? failure, StreamFailedException openFailure)
    {
        Remove(slot);
        if (slot.Stream is not { } stream)
            return;
        StopSending(slot);
        stream.Slot = null;
        stream.OnEnded(failure, openFailure);
        metrics.Closed(stream.Purpose, slot.WasOpen);
    }

    private void Remove(StreamSlot slot)
    {
        _open.Remove(slot.Id.Value);
        Interlocked.Decrement(ref _count);
    }

    private void StopSending(StreamSlot slot)
    {
        if (!slot.IsSending)
            return;
        slot.IsSending = false;
        int index = _sending.IndexOf(slot);
        _sending.RemoveAt(index);
        if (index < _nextToSend)
            _nextToSend--;
    }

    private StreamId? NewId()
    {
        for (int tries = 0; tries < 65536; tries++)
        {
            ushort id = _nextId++;
            if (id != 0 && !_open.ContainsKey(id) && !_halfClosed.ContainsKey(id))
                return new StreamId(id);
        }

        return null;
    }

    private static TorException Aborted() => new(TorErrorKind.StreamClosed, "The stream was aborted.");
}
