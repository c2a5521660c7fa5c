using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>The rendezvous point passes on what the service brought. From here on both circuits are one.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/rendezvous-protocol.html#RENDEZVOUS2</remarks>
internal sealed record Rendezvous2Message(ReadOnlyMemory<byte> Handshake) : IRelayMessage<Rendezvous2Message>
{
    public static RelayCommand Command => RelayCommand.Rendezvous2;

    public static Rendezvous2Message Decode(ref WireReader body) => new(body.ReadRest().ToArray());

    public void Encode(ref WireWriter body) => body.WriteBytes(Handshake.Span);

    public override string ToString() => "RENDEZVOUS2 [scrubbed]";
}
