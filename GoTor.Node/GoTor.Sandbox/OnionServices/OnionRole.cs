using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.OnionServices;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Circuits;

namespace GoTor.Sandbox.OnionServices;

/// <summary>
/// What a circuit that ends at this relay has to do with onion services: nothing for most, and otherwise one thing for good. The circuit's
/// gate is held for every call. Where one circuit reaches for another's gate, the other is one that waits, and waiting circuits reach for
/// nobody: no two can wait for each other.
/// </summary>
internal sealed class OnionRole(RelayCircuit circuit)
{
    private readonly OnionServicePoints _points = circuit.Relay.OnionServices;
    private Role _role;
    private Ed25519Identity _key;
    private RendezvousCookie _cookie;
    private IntroductionLimit? _limit;

    private enum Role
    {
        None,

        /// <summary>A service hears from clients here.</summary>
        Introduction,

        /// <summary>A client that has said what it had to say.</summary>
        Introduced,

        /// <summary>A client that waits for a service.</summary>
        Waiting,

        /// <summary>Client and service have met.</summary>
        Joined,
        Closed,
    }

    /// <summary>The circuit at whose end whatever this one does not recognise goes on.</summary>
    public RelayCircuit? Other { get; private set; }

    public bool IsNone => _role == Role.None;

    /// <exception cref="MalformedMessageException">The message is none.</exception>
    /// <exception cref="CircuitViolationException">It is forged, or the circuit has another role.</exception>
    public void EstablishIntroduction(ReadOnlySpan<byte> body, ReadOnlySpan<byte> circuitBindingKey)
    {
        Expect(Role.None);
        EstablishIntroMessage message = RelayMessages.Decode<EstablishIntroMessage>(body);
        if (!message.IsMadeFor(circuitBindingKey))
            throw new CircuitViolationException("ESTABLISH_INTRO that was not made for this circuit by the owner of its key.");
        (_role, _key) = (Role.Introduction, message.Key);
        _limit = IntroductionLimit.From(message.Extensions, circuit.Relay.Time.GetUtcNow());
        EndLater(_points.Add(_key, circuit), DestroyReason.Finished);
        circuit.Send(StreamId.Circuit, new IntroEstablishedMessage([]));
    }

    /// <summary>Passes INTRODUCE1 on as INTRODUCE2, or says why not. Once per circuit, so that nobody hammers a service for nothing.</summary>
    /// <exception cref="CircuitViolationException">The circuit has a role already, or its client is the one who connected to us.</exception>
    public void Introduce(ReadOnlySpan<byte> body)
    {
        Expect(Role.None);
        if (!circuit.IsAnonymous)
            throw new CircuitViolationException("An introduction over a single hop.");
        _role = Role.Introduced;
        circuit.Send(StreamId.Circuit, new IntroduceAckMessage(Forward(body), []));
    }

    /// <exception cref="MalformedMessageException">The message is none.</exception>
    /// <exception cref="CircuitViolationException">The circuit has another role, or the cookie is taken.</exception>
    public void EstablishRendezvous(ReadOnlySpan<byte> body)
    {
        Expect(Role.None);
        RendezvousCookie cookie = RelayMessages.Decode<EstablishRendezvousMessage>(body).Cookie;
        if (!_points.TryAdd(cookie, circuit))
            throw new CircuitViolationException("A rendezvous cookie that somebody waits with.");
        (_role, _cookie) = (Role.Waiting, cookie);
        circuit.Send(StreamId.Circuit, new RendezvousEstablishedMessage());
    }

    /// <exception cref="MalformedMessageException">The message is none.</exception>
    /// <exception cref="CircuitViolationException">The circuit has another role, or nobody waits with this cookie.</exception>
    public void Rendezvous(ReadOnlySpan<byte> body)
    {
        Expect(Role.None);
        Rendezvous1Message message = RelayMessages.Decode<Rendezvous1Message>(body);
        if (_points.Find(message.Cookie) is not { } client || !JoinAt(client, new Rendezvous2Message(message.Handshake)))
            throw new CircuitViolationException("Nobody waits with this rendezvous cookie.");
        (_role, Other) = (Role.Joined, client);
    }

    /// <summary>The circuit ends, and with it the one that it is joined to.</summary>
    public void Close(DestroyReason reason)
    {
        Leave();
        _role = Role.Closed;
        EndLater(Other, reason);
        Other = null;
    }

    private void Expect(Role expected)
    {
        if (_role != expected)
            throw new CircuitViolationException($"The circuit is {_role} already.");
    }

    private IntroduceStatus Forward(ReadOnlySpan<byte> body)
    {
        if (body.Length > Introduce2Message.MaxLength)
            return IntroduceStatus.BadFormat;
        try
        {
            Ed25519Identity key = RelayMessages.Decode<Introduce1Message>(body).Key;
            return _points.Find(key) is { } service && DeliverAt(service, new Introduce2Message(body.ToArray()))
                ? IntroduceStatus.Success
                : IntroduceStatus.UnknownKey;
        }
        catch (MalformedMessageException)
        {
            return IntroduceStatus.BadFormat;
        }
    }

    private static bool DeliverAt(RelayCircuit service, Introduce2Message message)
    {
        lock (service.Gate)
            return service.Onion.Deliver(message);
    }

    private bool Deliver(Introduce2Message message)
    {
        if (_role != Role.Introduction || _limit?.Take(circuit.Relay.Time.GetUtcNow()) == false)
            return false;
        circuit.Send(StreamId.Circuit, message);
        return !circuit.IsClosed;
    }

    private bool JoinAt(RelayCircuit client, Rendezvous2Message message)
    {
        lock (client.Gate)
            return client.Onion.Join(circuit, message);
    }

    private bool Join(RelayCircuit service, Rendezvous2Message message)
    {
        if (_role != Role.Waiting)
            return false;
        Leave();
        circuit.Send(StreamId.Circuit, message);
        if (circuit.IsClosed)
            return false;
        (_role, Other) = (Role.Joined, service);
        return true;
    }

    private void Leave()
    {
        if (_role == Role.Introduction)
            _points.Remove(_key, circuit);
        else if (_role == Role.Waiting)
            _points.Remove(_cookie, circuit);
    }

    // Without our gate: the other circuit may be about to end us.
    private void EndLater(RelayCircuit? other, DestroyReason reason)
    {
        if (other is not null)
            circuit.Relay.Track(Task.Run(() => other.Destroy(reason)));
    }
}
