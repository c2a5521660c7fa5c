using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Padding for a whole circuit: the hop that recognises it throws it away. It carries nothing.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/routing-relay-cells.html</remarks>
internal sealed record DropMessage : IRelayMessage<DropMessage>
{
    public static RelayCommand Command => RelayCommand.Drop;

    public static DropMessage Decode(ref WireReader body) => new();

    public void Encode(ref WireWriter body)
    {
    }
}
