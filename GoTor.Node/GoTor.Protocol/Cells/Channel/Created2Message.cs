using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>The first hop's half of the circuit handshake. Which lengths make sense is for the handshake to say.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html</remarks>
internal sealed record Created2Message(ReadOnlyMemory<byte> HandshakeData) : IChannelMessage<Created2Message>
{
    public static ChannelCommand Command => ChannelCommand.Created2;

    public static Created2Message Decode(ref WireReader body) => new(body.ReadBytes(body.ReadUInt16()).ToArray());

    public void Encode(ref WireWriter body)
    {
        body.WriteUInt16(checked((ushort)HandshakeData.Length));
        body.WriteBytes(HandshakeData.Span);
    }
}
