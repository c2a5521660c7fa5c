using GoTor.Client.Channels;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Circuits;

/// <summary>
/// The hops of one circuit: packs relay messages into cells, encrypts and queues them, and takes cells apart again. Part of the
/// circuit's reactor: one caller at a time, since relay crypto depends on the order. Allocates nothing per cell.
/// </summary>
internal sealed class CircuitHops(ICircuitLink link, CircuitParameters parameters, TorRandom random) : IDisposable
{
    private readonly ClientRelayCrypto _crypto = new();
    private readonly List<Hop> _hops = new(3);
    private RelayEarlyBudget _relayEarly = new(random);

    private sealed class Hop(IFlowControl flow, CellFill fill)
    {
        public readonly IFlowControl Flow = flow;
        public CellFill Fill = fill;
    }

    /// <summary>What has passed, for observers.</summary>
    public CircuitTraffic Traffic { get; } = new();

    public int Count => _hops.Count;

    public int Last => _hops.Count - 1;

    /// <summary>The channel takes more cells.</summary>
    public bool IsLinkWritable => link.IsWritable;

    /// <summary>Adds the hop that a finished handshake leads to.</summary>
    public void Add(RelayKeyMaterial keys)
    {
        int index = _crypto.AddHop(keys);
        _hops.Add(new Hop(new FixedWindowFlowControl(parameters, _crypto.TagLength(index)), new CellFill(random)));
    }

    public IFlowControl FlowOf(int hop) => _hops[hop].Flow;

    /// <summary>The hop takes more DATA.</summary>
    public bool CanSendData(int hop) => _hops[hop].Flow.CanSend;

    /// <summary>Sends any message but DATA. It ignores <see cref="IsLinkWritable"/>: control messages are few.</summary>
    /// <exception cref="InvalidOperationException">An EXTEND2, and the circuit has no RELAY_EARLY cell left.</exception>
    public void Send(int hop, RelayCommand command, StreamId streamId, ReadOnlySpan<byte> message)
    {
        ChannelCommand channelCommand = _relayEarly.CommandFor(command, hop);
        CellBuffer cell = CellBuffer.Rent();
        message.CopyTo(RelayHeader.Write(RelayCellFormat.V0, cell.Body, command, streamId, message.Length, random));
        Traffic.DeliveredWritten += message.Length;
        Queue(cell, channelCommand, hop);
    }

    /// <summary>Sends what fits into one DATA message. The caller has checked that there is something, and that it may be sent.</summary>
    /// <returns>How many bytes that was.</returns>
    public int SendData(int hop, StreamId streamId, Streams.SendBuffer from)
    {
        Hop to = _hops[hop];
        int length = to.Fill.Take(from.Count, RelayHeader.MaxLength(RelayCellFormat.V0, RelayCommand.Data));
        CellBuffer cell = CellBuffer.Rent();
        from.Take(RelayHeader.Write(RelayCellFormat.V0, cell.Body, RelayCommand.Data, streamId, length, random));
        Queue(cell, _relayEarly.CommandFor(RelayCommand.Data, hop), hop);
        Traffic.DeliveredWritten += length;
        to.Flow.DataSent(_crypto.OutboundTag(hop));
        return length;
    }

    /// <summary>Decrypts a cell in place.</summary>
    /// <returns>The hop that sent it, or <see cref="ClientRelayCrypto.Unrecognised"/>.</returns>
    public int Decrypt(CellBuffer cell) => _crypto.DecryptInbound(cell.Body);

    /// <summary>Counts a DATA message that was just decrypted, and answers with the SENDME that it makes due.</summary>
    /// <exception cref="CircuitViolationException">It exceeds the window.</exception>
    public void CountData(int hop)
    {
        IFlowControl flow = _hops[hop].Flow;
        if (!flow.DataReceived())
            return;
        Span<byte> message = stackalloc byte[64];
        int length = flow.WriteSendme(_crypto.InboundTag(hop), message);
        Send(hop, RelayCommand.Sendme, StreamId.Circuit, message[..length]);
    }

    public void Dispose() => _crypto.Dispose();

    private void Queue(CellBuffer cell, ChannelCommand command, int hop)
    {
        cell.Command = command;
        Traffic.CellsWritten++;
        _crypto.EncryptOutbound(cell.Body, hop);
        link.Send(cell);
    }
}
