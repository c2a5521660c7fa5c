using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Asks a hop to drop what follows it. It carries nothing.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/tearing-down-circuits.html</remarks>
internal sealed record TruncateMessage : IRelayMessage<TruncateMessage>
{
    public static RelayCommand Command => RelayCommand.Truncate;

    public static TruncateMessage Decode(ref WireReader body) => new();

    public void Encode(ref WireWriter body)
    {
    }
}
