using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>A client asks a relay to be its rendezvous point.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/rendezvous-protocol.html#EST_REND_POINT</remarks>
internal sealed record EstablishRendezvousMessage(RendezvousCookie Cookie) : IRelayMessage<EstablishRendezvousMessage>
{
    public static RelayCommand Command => RelayCommand.EstablishRendezvous;

    // Nothing may follow: relays of the network refuse it.
    public static EstablishRendezvousMessage Decode(ref WireReader body) => new(new RendezvousCookie(body.ReadRest()));

    public void Encode(ref WireWriter body) => Cookie.CopyTo(body.Take(RendezvousCookie.Length));
}
