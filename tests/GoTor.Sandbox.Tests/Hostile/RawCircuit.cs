using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;
using GoTor.Protocol.Wire;

namespace GoTor.Sandbox.Tests.Hostile;

/// <summary>A relay message that came back on a raw circuit.</summary>
internal sealed record RawMessage(RelayCommand Command, StreamId StreamId, byte[] Body);

/// <summary>A circuit of one hop whose client sends whatever it likes, in working crypto.</summary>
internal sealed class RawCircuit(RawLink link, CircuitId id, RelayKeyMaterial keys) : IDisposable
{
    private readonly ClientRelayCrypto _crypto = Make(keys);

    public CircuitId Id => id;

    public Task SendAsync(RelayCommand command, ushort stream, ReadOnlySpan<byte> message, bool early = false) =>
        link.SendRawAsync(Encode(command, stream, message, early));

    public Task SendAsync<TMessage>(ushort stream, TMessage message, bool early = false)
        where TMessage : IRelayMessage<TMessage>
    {
        Span<byte> body = stackalloc byte[CellLayout.BodyLength];
        var writer = new WireWriter(body);
        message.Encode(ref writer);
        return SendAsync(TMessage.Command, stream, writer.WrittenSpan, early);
    }

    public byte[] Encode(RelayCommand command, ushort stream, ReadOnlySpan<byte> message, bool early = false)
    {
        byte[] cell = RawLink.Cell(id, early ? ChannelCommand.RelayEarly : ChannelCommand.Relay, []);
        Span<byte> body = cell.AsSpan(CellLayout.BodyOffset);
        message.CopyTo(RelayHeader.Write(RelayCellFormat.V0, body, command, new StreamId(stream), message.Length, TorRandom.Secure));
        _crypto.EncryptOutbound(body, 0);
        return cell;
    }

    /// <summary>The next message; null when the circuit was destroyed or the link closed.</summary>
    public async Task<RawMessage?> ReceiveAsync()
    {
        if (await link.ReceiveAsync(id) is not { Command: ChannelCommand.Relay } cell)
            return null;
        Assert.Equal(0, _crypto.DecryptInbound(cell.Body));
        RelayHeader header = RelayHeader.Read(RelayCellFormat.V0, cell.Body);
        return new RawMessage(header.Command, header.StreamId, header.MessageIn(cell.Body).ToArray());
    }

    /// <summary>Waits until the relay destroys the circuit; what comes before is dropped.</summary>
    public async Task<DestroyReason> ExpectDestroyAsync()
    {
        while (await link.ReceiveAsync(id) is { } cell)
        {
            if (cell.Command == ChannelCommand.Destroy)
                return (DestroyReason)cell.Body[0];
        }

        throw new EndOfStreamException("The relay closed the link, not the circuit.");
    }

    public void Dispose() => _crypto.Dispose();

    private static ClientRelayCrypto Make(RelayKeyMaterial keys)
    {
        var crypto = new ClientRelayCrypto();
        crypto.AddHop(keys);
        return crypto;
    }
}
