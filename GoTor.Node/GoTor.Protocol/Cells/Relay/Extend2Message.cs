using GoTor.Protocol.Crypto.Handshakes;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Asks the last hop to extend the circuit to the relay that the link specifiers name.</summary>
/// <param name="LinkSpecifiers">From <see cref="LinkSpecifier.ForRelay"/>, which keeps the order that every client uses.</param>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html#EXTEND</remarks>
internal sealed record Extend2Message(
    IReadOnlyList<LinkSpecifier> LinkSpecifiers, HandshakeType HandshakeType, ReadOnlyMemory<byte> HandshakeData)
    : IRelayMessage<Extend2Message>
{
    public static RelayCommand Command => RelayCommand.Extend2;

    public static Extend2Message Decode(ref WireReader body) => new(
        LinkSpecifier.DecodeList(ref body), (HandshakeType)body.ReadUInt16(), body.ReadBytes(body.ReadUInt16()).ToArray());

    public void Encode(ref WireWriter body)
    {
        LinkSpecifier.EncodeList(LinkSpecifiers, ref body);
        body.WriteUInt16((ushort)HandshakeType);
        body.WriteUInt16(checked((ushort)HandshakeData.Length));
        body.WriteBytes(HandshakeData.Span);
    }

    public override string ToString() => "EXTEND2 [scrubbed]";
}
