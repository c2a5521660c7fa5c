using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>The relay waits for the service now.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/rendezvous-protocol.html#EST_REND_POINT</remarks>
internal sealed record RendezvousEstablishedMessage : IRelayMessage<RendezvousEstablishedMessage>
{
    public static RelayCommand Command => RelayCommand.RendezvousEstablished;

    public static RendezvousEstablishedMessage Decode(ref WireReader body) => new();

    public void Encode(ref WireWriter body)
    {
    }
}
