using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>The new hop's half of the circuit handshake. Which lengths make sense is for the handshake to say.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html#EXTEND</remarks>
internal sealed record Extended2Message(ReadOnlyMemory<byte> HandshakeData) : IRelayMessage<Extended2Message>
{
    public static RelayCommand Command => RelayCommand.Extended2;

    public static Extended2Message Decode(ref WireReader body) => new(body.ReadBytes(body.ReadUInt16()).ToArray());

    public void Encode(ref WireWriter body)
    {
        body.WriteUInt16(checked((ushort)HandshakeData.Length));
        body.WriteBytes(HandshakeData.Span);
    }
}
