using System.Net;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Crypto.RelayCrypto;
using GoTor.Protocol.Wire;
using GoTor.Sandbox.Relays;

namespace GoTor.Sandbox.Tests.Hostile;

/// <summary>A relay message that came back on a raw circuit.</summary>
internal sealed record RawMessage(RelayCommand Command, StreamId StreamId, byte[] Body, int Hop);

/// <summary>A circuit of one hop, or more when extended, whose client sends whatever it likes to the last, in working crypto.</summary>
internal sealed class RawCircuit(RawLink link, CircuitId id, RelayKeyMaterial keys) : IDisposable
{
    private readonly ClientRelayCrypto _crypto = Make(keys);

    public CircuitId Id => id;

    /// <summary>KH of the last hop.</summary>
    public byte[] BindingKey { get; private set; } = keys.CircuitBindingKey.ToArray();

    private int LastHop => _crypto.HopCount - 1;

    /// <summary>One more hop.</summary>
    public Task ExtendAsync(SandboxRelay relay) =>
        ExtendAsync(relay.Address.OrPort, relay.Address.RsaIdentity, relay.Address.Ed25519Identity, relay.Handshakes.OnionKey.Agreement.PublicKey.ToArray());

    /// <inheritdoc cref="ExtendAsync(SandboxRelay)"/>
    public async Task ExtendAsync(IPEndPoint orPort, RsaIdentity rsa, Ed25519Identity? ed25519, ReadOnlyMemory<byte> onionKey)
    {
        using var handshake = new NtorHandshake(rsa, onionKey.Span, TorRandom.Secure);
        byte[] request = new byte[handshake.RequestLength];
        handshake.WriteRequest(request);
        await SendAsync(
            0,
            new Extend2Message(
                [LinkSpecifier.For(orPort), LinkSpecifier.For(rsa), .. ed25519 is { } ed ? [LinkSpecifier.For(ed)] : (LinkSpecifier[])[]],
                HandshakeType.Ntor,
                request),
            early: true);
        RawMessage answer = await ReceiveAsync() ?? throw new EndOfStreamException("The circuit was not extended.");
        Assert.Equal(RelayCommand.Extended2, answer.Command);
        using RelayKeyMaterial next = handshake.Complete(RelayMessages.Decode<Extended2Message>(answer.Body).HandshakeData.Span);
        _crypto.AddHop(next);
        BindingKey = next.CircuitBindingKey.ToArray();
    }

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
        _crypto.EncryptOutbound(body, LastHop);
        return cell;
    }

    /// <summary>The next message, of the last hop; null when the circuit was destroyed or the link closed.</summary>
    public async Task<RawMessage?> ReceiveAsync()
    {
        RawMessage? message = await ReceiveFromAnyAsync();
        Assert.Equal(LastHop, message?.Hop ?? LastHop);
        return message;
    }

    /// <summary>The same, of any hop.</summary>
    public async Task<RawMessage?> ReceiveFromAnyAsync()
    {
        if (await link.ReceiveAsync(id) is not { Command: ChannelCommand.Relay } cell)
            return null;
        int hop = _crypto.DecryptInbound(cell.Body);
        Assert.NotEqual(ClientRelayCrypto.Unrecognised, hop);
        RelayHeader header = RelayHeader.Read(RelayCellFormat.V0, cell.Body);
        return new RawMessage(header.Command, header.StreamId, header.MessageIn(cell.Body).ToArray(), hop);
    }

    public Task DestroyAsync() => link.SendAsync(id, ChannelCommand.Destroy, (byte)DestroyReason.None);

    /// <summary>The next message, which is this one.</summary>
    public async Task<byte[]> ExpectAsync(RelayCommand command)
    {
        RawMessage message = await ReceiveAsync() ?? throw new EndOfStreamException("The circuit is gone.");
        Assert.Equal(command, message.Command);
        return message.Body;
    }

    /// <summary>One more hop, with keys agreed on elsewhere.</summary>
    public void AddHop(RelayKeyMaterial hop) => _crypto.AddHop(hop);

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
