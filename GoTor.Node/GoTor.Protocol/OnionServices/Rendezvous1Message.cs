using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>A service comes to the client that left this cookie, with its half of the handshake.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/rendezvous-protocol.html#RENDEZVOUS1</remarks>
internal sealed record Rendezvous1Message(RendezvousCookie Cookie, ReadOnlyMemory<byte> Handshake) : IRelayMessage<Rendezvous1Message>
{
    public static RelayCommand Command => RelayCommand.Rendezvous1;

    public static Rendezvous1Message Decode(ref WireReader body) =>
        new(new RendezvousCookie(body.ReadBytes(RendezvousCookie.Length)), body.ReadRest().ToArray());

    public void Encode(ref WireWriter body)
    {
        Cookie.CopyTo(body.Take(RendezvousCookie.Length));
        body.WriteBytes(Handshake.Span);
    }

    public override string ToString() => "RENDEZVOUS1 [scrubbed]";
}
