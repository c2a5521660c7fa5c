using System.Net;
using System.Net.Sockets;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Circuits;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Links;

/// <summary>Which end of which circuit an id on a link means.</summary>
/// <param name="TowardsExit">The link leads away from the client.</param>
internal readonly record struct CircuitEnd(RelayCircuit Circuit, bool TowardsExit);

/// <summary>
/// One open connection of a relay: to whoever connected to it, or to the relay that it extends circuits to. A read loop and a write loop,
/// each the only owner of its direction. Safe for concurrent use.
/// </summary>
internal sealed class RelayLink : IAsyncDisposable
{
    private const int MaxCircuits = 4096;
    private const int FirstVersionWithPadding = 5;

    private readonly SandboxRelay _relay;
    private readonly Stream _tls;
    private readonly LinkReader _reader;
    private readonly LinkOutbox _outbox = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, CircuitEnd> _circuits = [];
    private readonly LinkPadding? _padding;
    private readonly bool _isInitiator;
    private readonly int _version;
    private bool _closed;

    /// <param name="isInitiator">We connected: circuits on it are extensions of ours.</param>
    public RelayLink(SandboxRelay relay, Socket socket, Stream tls, LinkReader reader, bool isInitiator, LinkAnswer answer)
    {
        (_relay, _tls, _reader, _isInitiator, _version) = (relay, tls, reader, isInitiator, answer.Version);
        SaysRelay = answer.SaysRelay;
        if (!isInitiator && _version >= FirstVersionWithPadding)
            _padding = new LinkPadding(_outbox, relay.Time);
        LocalPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        RemotePort = ((IPEndPoint)socket.RemoteEndPoint!).Port;
    }

    public SandboxRelay Relay => _relay;

    public LinkOutbox Outbox => _outbox;

    /// <summary>We connected: circuits on it are extensions of ours.</summary>
    public bool IsInitiator => _isInitiator;

    public int LocalPort { get; }

    public int RemotePort { get; }

    /// <summary>Whom we connected to; null on a link that was accepted.</summary>
    public string? PeerNickname { get; init; }

    /// <summary>The other side said in the handshake that it is a relay.</summary>
    public bool SaysRelay { get; }

    public bool IsOpen => !_stopping.IsCancellationRequested;

    public int CircuitCount
    {
        get
        {
            lock (_lock)
                return _circuits.Count;
        }
    }

    /// <summary>Serves the link until either side closes it. Never throws.</summary>
    public async Task RunAsync()
    {
        Task padding = _padding is null ? Task.CompletedTask : GuardAsync(() => _padding.RunAsync(_stopping.Token));
        await Task.WhenAll(GuardAsync(ReadAsync), GuardAsync(WriteAsync), padding);
        await _tls.DisposeAsync();
        CircuitEnd[] ends;
        lock (_lock)
        {
            _closed = true;
            ends = [.. _circuits.Values];
            _circuits.Clear();
        }

        foreach (CircuitEnd end in ends)
            end.Circuit.LinkClosed(end.TowardsExit);
    }

    /// <summary>Begins to end the link; <see cref="RunAsync"/> completes when it is over.</summary>
    public void Close()
    {
        _outbox.Close();
        _stopping.Cancel();
    }

    /// <summary>Gives a circuit that is extended over this link an id.</summary>
    /// <returns>Null when the link is closed or full.</returns>
    public CircuitId? Open(RelayCircuit circuit)
    {
        lock (_lock)
        {
            if (_closed || _circuits.Count >= MaxCircuits)
                return null;
            if (CircuitIdRules.Choose(TorRandom.Secure, id => _circuits.ContainsKey(id.Value)) is not { } id)
                return null;
            _circuits.Add(id.Value, new CircuitEnd(circuit, TowardsExit: true));
            return id;
        }
    }

    public void Forget(CircuitId id)
    {
        lock (_lock)
            _circuits.Remove(id.Value);
    }

    public CircuitEnd Find(CircuitId id)
    {
        lock (_lock)
            return _circuits.GetValueOrDefault(id.Value);
    }

    public void SendDestroy(CircuitId id, DestroyReason reason) => _outbox.TryAppend(null, id, ChannelCommand.Destroy, [(byte)reason]);

    public ValueTask DisposeAsync()
    {
        Close();
        return _tls.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        do
        {
            await _relay.Faults.BeforeReadAsync(_stopping.Token);
            TakeAll();
        }
        while (await _reader.ReadMoreAsync(_stopping.Token));
    }

    private async Task WriteAsync()
    {
        while (await _outbox.TakeAsync() is { Length: > 0 } bytes)
        {
            await _relay.Faults.BeforeWriteAsync(bytes.Length, _relay.LinkFaults(this), _stopping.Token);
            await _tls.WriteAsync(bytes, _stopping.Token);
            _padding?.Sent();
        }
    }

    private void TakeAll()
    {
        ReadOnlySpan<byte> pending = _reader.Pending;
        while (_reader.Framer.TryRead(ref pending, out FramedCell cell))
        {
            if (_isInitiator)
                FromRelay(cell);
            else
                FromClient(cell);
        }

        _reader.Keep(pending.Length);
    }

    private void FromRelay(FramedCell cell)
    {
        // A relay that knows who we are need not connect to us for circuits of its own. Their ids are those of the side that accepted.
        if (cell.Command == ChannelCommand.Create2 && cell.CircuitId != CircuitId.Channel && (cell.CircuitId.Value & CircuitId.InitiatorBit) == 0)
        {
            Create(cell);
            return;
        }

        if (OpenChannelRules.Judge(cell.Command, cell.CircuitId) != CellVerdict.ToCircuit)
            return;
        CircuitEnd end = Find(cell.CircuitId);
        if (end.TowardsExit)
            end.Circuit.FromNext(cell.Command, cell.Body);
        else
            end.Circuit?.FromPrevious(cell.Command, cell.Body);
    }

    private void FromClient(FramedCell cell)
    {
        switch (RelayChannelRules.Judge(cell.Command, cell.CircuitId, _version))
        {
            case RelayCellVerdict.ToCircuit:
                Find(cell.CircuitId).Circuit?.FromPrevious(cell.Command, cell.Body);
                break;
            case RelayCellVerdict.Create:
                Create(cell);
                break;
            case RelayCellVerdict.PaddingNegotiate:
                var body = new WireReader(cell.Body);
                _padding?.Negotiated(PaddingNegotiateMessage.Decode(ref body));
                break;
            case RelayCellVerdict.Refuse:
                SendDestroy(cell.CircuitId, DestroyReason.Protocol);
                break;
        }
    }

    private void Create(FramedCell cell)
    {
        bool full;
        var circuit = new RelayCircuit(this, cell.CircuitId);
        lock (_lock)
        {
            full = _circuits.Count >= MaxCircuits;
            // Ids are given back by DESTROY; before that nobody may use one again.
            if (!full && !_circuits.TryAdd(cell.CircuitId.Value, new CircuitEnd(circuit, TowardsExit: false)))
                throw new ChannelViolationException("A circuit id that is in use.");
        }

        if (full)
            SendDestroy(cell.CircuitId, DestroyReason.ResourceLimit);
        else
            circuit.Create(cell.Command, cell.Body);
        _padding?.Used();
    }

    // Either loop's end is the link's end.
    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await Task.Run(loop);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side is gone, or we are.
        }
        catch (Exception e) when (e is ChannelViolationException or MalformedMessageException)
        {
            SandboxLog.LinkViolation(_relay.Logger, _relay.Nickname, e.Message);
        }
#pragma warning disable CA1031 // A bug in one link must not end the process, and must not be silent.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SandboxLog.InternalError(_relay.Logger, _relay.Nickname, e);
        }

        Close();
    }
}
