using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>Asks the relay at the other end of the channel to become the first hop of a circuit.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html</remarks>
internal sealed record Create2Message(HandshakeType HandshakeType, ReadOnlyMemory<byte> HandshakeData) : IChannelMessage<Create2Message>
{
    public static ChannelCommand Command => ChannelCommand.Create2;

    public static Create2Message Decode(ref WireReader body) =>
        new((HandshakeType)body.ReadUInt16(), body.ReadBytes(body.ReadUInt16()).ToArray());

    public void Encode(ref WireWriter body)
    {
        body.WriteUInt16((ushort)HandshakeType);
        body.WriteUInt16(checked((ushort)HandshakeData.Length));
        body.WriteBytes(HandshakeData.Span);
    }
}
