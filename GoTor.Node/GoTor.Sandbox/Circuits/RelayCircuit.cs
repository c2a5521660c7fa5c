using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Faults;
using GoTor.Sandbox.Links;
using GoTor.Sandbox.OnionServices;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Circuits;

/// <summary>
/// A relay's part of one circuit: one layer of crypto between the link that it came from and the link that it goes on over, if any, and
/// the streams that end here. The loops of both links and of the streams come in under one lock, which is never held across a wait.
/// </summary>
#pragma warning disable CA1001 // The circuit disposes its keys itself when it closes, under its lock.
internal sealed class RelayCircuit(RelayLink previous, CircuitId previousId)
#pragma warning restore CA1001
{
    private const int TagLength = 20;
    private const int MaxExtendedData = CellLayout.RelayDataLengthV0 - 2;

    private readonly Lock _lock = new();
    private readonly CircuitQuota _previousQuota = new();
    private readonly CircuitQuota _nextQuota = new();
    private readonly FixedWindowFlowControl _flow = new(CircuitParameters.Default, TagLength);
    private RelayCircuitRules _rules;
    private RelaySideCrypto? _crypto;
    private SecretBytes? _bindingKey;
    private OnionRole? _onion;
    private RelayLink? _next;
    private CircuitId _nextId;
    private CircuitStreams? _streams;
    private bool _extending;
    private bool _extended;
    private bool _closed;

    public SandboxRelay Relay => previous.Relay;

    public RelayLink Previous => previous;

    public CircuitId PreviousId => previousId;

    /// <summary>The client did not connect to us itself: it came through another relay.</summary>
    public bool IsAnonymous => Relay.IsFromRelay(previous);

    public IFlowControl Flow => _flow;

    /// <summary>Whoever uses <see cref="Flow"/> or sends holds it.</summary>
    public Lock Gate => _lock;

    /// <summary>The caller holds <see cref="Gate"/>.</summary>
    public bool IsClosed => _closed;

    /// <summary>The caller holds <see cref="Gate"/>.</summary>
    public OnionRole Onion => _onion ??= new OnionRole(this);

    /// <summary>Answers CREATE2 or CREATE_FAST.</summary>
    public void Create(ChannelCommand command, ReadOnlySpan<byte> body)
    {
        Span<byte> answer = stackalloc byte[CellLayout.BodyLength];
        lock (_lock)
        {
            try
            {
                var request = new WireReader(body);
                int written = command == ChannelCommand.CreateFast
                    ? Relay.Handshakes.Answer(HandshakeType.Fast, request.ReadBytes(CreateFastHandshake.SecretLength), answer, out RelayKeyMaterial keys)
                    : AnswerCreate2(ref request, answer, out keys);
                using (keys)
                    (_crypto, _bindingKey) = (new RelaySideCrypto(keys), new SecretBytes(keys.CircuitBindingKey));
                if (Relay.Faults.Garbage == GarbageStep.Created)
                    TorRandom.Secure.Fill(answer[2..written]);
                SendBack(command == ChannelCommand.CreateFast ? ChannelCommand.CreatedFast : ChannelCommand.Created2, answer[..written]);
            }
            catch (Exception e) when (e is MalformedMessageException or CircuitViolationException)
            {
                Fail(e);
            }
        }
    }

    /// <summary>A cell from the client's side.</summary>
    public void FromPrevious(ChannelCommand command, ReadOnlySpan<byte> body)
    {
        Span<byte> cell = stackalloc byte[CellLayout.BodyLength];
        body.CopyTo(cell);
        RelayCircuit? other;
        lock (_lock)
            other = TakeFromPrevious(command, cell);
        // Without our gate: something may come the other way at the same time.
        other?.FromOther(cell);
    }

    /// <summary>A cell from the circuit that this one is joined to.</summary>
    public void FromOther(Span<byte> cell)
    {
        lock (_lock)
        {
            if (_closed)
                return;
            _crypto!.RelayBackward(cell);
            SendBack(ChannelCommand.Relay, cell);
        }
    }

    /// <summary>A cell from the relay that we extended to.</summary>
    public void FromNext(ChannelCommand command, ReadOnlySpan<byte> body)
    {
        Span<byte> cell = stackalloc byte[CellLayout.BodyLength];
        body.CopyTo(cell);
        lock (_lock)
        {
            if (_closed || _next is null)
                return;
            switch (command)
            {
                case ChannelCommand.Created2 when _extending:
                    _extending = false;
                    _extended = true;
                    SendExtended(cell);
                    break;
                case ChannelCommand.Relay when _extended:
                    _crypto!.RelayBackward(cell);
                    SendBack(ChannelCommand.Relay, cell);
                    break;
                case ChannelCommand.Destroy:
                    bool wasExtended = _extended;
                    DropNext(tell: null);
                    if (wasExtended)
                        Send(StreamId.Circuit, new TruncatedMessage((DestroyReason)cell[0]));
                    else
                        CloseLocked((DestroyReason)cell[0], tellPrevious: true, tellNext: false);
                    break;
                default:
                    // A relay that answers what nobody asked, or sends RELAY_EARLY towards a client to mark the circuit. tor-spec §5.6.
                    Fail(new CircuitViolationException($"{command} from the next relay is not expected here."));
                    break;
            }
        }
    }

    /// <summary>One of the two links is gone.</summary>
    public void LinkClosed(bool towardsExit)
    {
        lock (_lock)
        {
            if (_closed)
                return;
            bool wasExtended = _extended;
            if (towardsExit)
                _next = null;
            _extending = _extended = false;
            if (towardsExit && wasExtended)
                Send(StreamId.Circuit, new TruncatedMessage(DestroyReason.ChannelClosed));
            else
                CloseLocked(DestroyReason.ChannelClosed, tellPrevious: towardsExit, tellNext: !towardsExit);
        }
    }

    /// <summary>Ends the circuit from here, in both directions.</summary>
    public void Destroy(DestroyReason reason)
    {
        lock (_lock)
            CloseLocked(reason, tellPrevious: true, tellNext: true);
    }

    /// <summary>Sends a message of our own to the client. The caller holds <see cref="Gate"/>.</summary>
    public void Send<TMessage>(StreamId stream, TMessage message)
        where TMessage : IRelayMessage<TMessage>
    {
        if (_closed)
            return;
        Span<byte> cell = stackalloc byte[CellLayout.BodyLength];
        RelayMessages.Write(RelayCellFormat.V0, cell, stream, message, TorRandom.Secure);
        Originate(cell);
    }

    /// <summary>Sends DATA and counts it. The caller holds <see cref="Gate"/> and has asked whether it may.</summary>
    public void SendData(StreamId stream, ReadOnlySpan<byte> bytes)
    {
        if (_closed)
            return;
        Span<byte> cell = stackalloc byte[CellLayout.BodyLength];
        bytes.CopyTo(RelayHeader.Write(RelayCellFormat.V0, cell, RelayCommand.Data, stream, bytes.Length, TorRandom.Secure));
        Originate(cell);
        if (!_closed)
            _flow.DataSent(_crypto!.BackwardTag);
    }

    /// <returns>The circuit that the cell goes on to, if it is one that ends here too.</returns>
    private RelayCircuit? TakeFromPrevious(ChannelCommand command, Span<byte> cell)
    {
        if (_closed)
            return null;
        if (command == ChannelCommand.Destroy)
        {
            CloseLocked(DestroyReason.Destroyed, tellPrevious: false, tellNext: true);
            return null;
        }

        try
        {
            _rules.Count(command);
            if (_crypto is null)
                throw new CircuitViolationException("A relay cell before the circuit is there.");
            RelayCircuit? other = _onion?.Other;
            if (_crypto.DecryptForward(cell, isLastHop: _next is null && other is null))
                Handle(command == ChannelCommand.RelayEarly, cell);
            else if (other is not null)
                return other;
            else if (!_extended)
                throw new CircuitViolationException("A cell that nobody recognises.");
            else if (!_next!.Outbox.TryAppend(_nextQuota, _nextId, command, cell))
                CloseLocked(DestroyReason.ResourceLimit, tellPrevious: true, tellNext: true);
        }
        catch (Exception e) when (e is MalformedMessageException or CircuitViolationException)
        {
            Fail(e);
        }

        return null;
    }

    private static int Prefix(Span<byte> answer, int length)
    {
        answer[0] = (byte)(length >> 8);
        answer[1] = (byte)length;
        return length + 2;
    }

    private int AnswerCreate2(ref WireReader request, scoped Span<byte> answer, out RelayKeyMaterial keys)
    {
        var type = (HandshakeType)request.ReadUInt16();
        if (type == HandshakeType.Fast)
            throw new MalformedMessageException("CREATE2 with the handshake of CREATE_FAST.");
        return Prefix(answer, Relay.Handshakes.Answer(type, request.ReadBytes(request.ReadUInt16()), answer[2..], out keys));
    }

    private void Handle(bool early, ReadOnlySpan<byte> cell)
    {
        RelayHeader header = RelayHeader.Read(RelayCellFormat.V0, cell);
        ReadOnlySpan<byte> message = header.MessageIn(cell);
        RelayTask task = RelayCircuitRules.TaskOf(header.Command, header.StreamId, early, isLast: _next is null && !_extending);
        if (_onion is { IsNone: false } && task is RelayTask.Extend or RelayTask.OpenStream or RelayTask.OpenDirectory or RelayTask.Resolve)
            throw new CircuitViolationException($"{header.Command} on a circuit of an onion service.");
        switch (task)
        {
            case RelayTask.Extend:
                Extend(RelayMessages.Decode<Extend2Message>(message));
                break;
            case RelayTask.OpenStream:
                Streams().Begin(header.StreamId, RelayMessages.Decode<BeginMessage>(message));
                break;
            case RelayTask.OpenDirectory:
                Streams().BeginDirectory(header.StreamId);
                break;
            case RelayTask.Resolve:
                Streams().Resolve(header.StreamId, RelayMessages.Decode<ResolveMessage>(message));
                break;
            case RelayTask.ToStream:
                ToStream(header, message);
                break;
            case RelayTask.FlowControl:
                _flow.SendmeReceived(message);
                _streams?.Resume();
                break;
            case RelayTask.Truncate:
                _streams?.CloseAll();
                DropNext(DestroyReason.Requested);
                Send(StreamId.Circuit, new TruncatedMessage(DestroyReason.Requested));
                break;
            case RelayTask.EstablishIntroduction:
                Onion.EstablishIntroduction(message, _bindingKey!.Span);
                break;
            case RelayTask.Introduce:
                Onion.Introduce(message);
                break;
            case RelayTask.EstablishRendezvous:
                Onion.EstablishRendezvous(message);
                break;
            case RelayTask.Rendezvous:
                Onion.Rendezvous(message);
                break;
        }
    }

    private void ToStream(RelayHeader header, ReadOnlySpan<byte> message)
    {
        // The window is the circuit's: it counts whether anyone still wants the bytes or not.
        if (header.Command == RelayCommand.Data && _flow.DataReceived())
            Send(StreamId.Circuit, SendmeMessage.Authenticated(_crypto!.ForwardTag));
        _streams?.Take(header.Command, header.StreamId, message);
    }

    private CircuitStreams Streams() => _streams ??= new CircuitStreams(this);

    private void Extend(Extend2Message message)
    {
        _extending = true;
        RelayAddress? target = Relay.FindTarget(message.LinkSpecifiers);
        if (target is null)
            throw new CircuitViolationException("EXTEND2 to a relay that is not of this network, or to ourselves.");
        // A circuit that turns on its heel hides nothing, and makes two relays work for nobody. Longer loops nobody can see.
        if (Relay.IsPeer(previous, target))
            throw new CircuitViolationException("EXTEND2 to the relay that the circuit came from.");
        Relay.Track(ExtendAsync(target, message));
    }

    private async Task ExtendAsync(RelayAddress target, Extend2Message message)
    {
        RelayLink? link = await Relay.LinkToAsync(target);
        lock (_lock)
        {
            if (_closed || !_extending)
                return;
            if (link?.Open(this) is not { } id)
            {
                CloseLocked(DestroyReason.ConnectFailed, tellPrevious: true, tellNext: false);
                return;
            }

            (_next, _nextId) = (link, id);
            Span<byte> body = stackalloc byte[CellLayout.BodyLength];
            var writer = new WireWriter(body);
            new Create2Message(message.HandshakeType, message.HandshakeData).Encode(ref writer);
            if (!link.Outbox.TryAppend(_nextQuota, id, ChannelCommand.Create2, writer.WrittenSpan))
                CloseLocked(DestroyReason.ChannelClosed, tellPrevious: true, tellNext: true);
        }
    }

    private void SendExtended(ReadOnlySpan<byte> created)
    {
        try
        {
            var reader = new WireReader(created);
            ReadOnlyMemory<byte> data = Created2Message.Decode(ref reader).HandshakeData;
            if (data.Length > MaxExtendedData)
                throw new MalformedMessageException("CREATED2 with more than EXTENDED2 can carry.");
            Send(StreamId.Circuit, new Extended2Message(data));
        }
        catch (MalformedMessageException e)
        {
            Fail(e);
        }
    }

    private void Originate(Span<byte> cell)
    {
        _crypto!.OriginateBackward(cell);
        if (Relay.Faults.Garbage == GarbageStep.Relay)
            TorRandom.Secure.Fill(cell);
        SendBack(ChannelCommand.Relay, cell);
    }

    private void SendBack(ChannelCommand command, ReadOnlySpan<byte> body)
    {
        // A client that never reads, or asks for more than it takes.
        if (!previous.Outbox.TryAppend(_previousQuota, previousId, command, body))
            CloseLocked(DestroyReason.ResourceLimit, tellPrevious: true, tellNext: true);
    }

    private void Fail(Exception why)
    {
        SandboxLog.CircuitViolation(Relay.Logger, Relay.Nickname, why.Message);
        CloseLocked(DestroyReason.Protocol, tellPrevious: true, tellNext: true);
    }

    private void DropNext(DestroyReason? tell)
    {
        if (_next is { } next)
        {
            next.Forget(_nextId);
            if (tell is { } reason)
                next.SendDestroy(_nextId, reason);
        }

        _next = null;
        _extending = _extended = false;
    }

    private void CloseLocked(DestroyReason reason, bool tellPrevious, bool tellNext)
    {
        if (_closed)
            return;
        _closed = true;
        DropNext(tellNext ? reason : null);
        previous.Forget(previousId);
        if (tellPrevious)
            previous.SendDestroy(previousId, reason);
        _streams?.CloseAll();
        _onion?.Close(reason);
        _crypto?.Dispose();
        _bindingKey?.Dispose();
    }
}
