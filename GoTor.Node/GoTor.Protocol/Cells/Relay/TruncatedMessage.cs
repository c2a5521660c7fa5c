using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>A hop has lost everything behind it.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/tearing-down-circuits.html</remarks>
internal sealed record TruncatedMessage(DestroyReason Reason) : IRelayMessage<TruncatedMessage>
{
    public static RelayCommand Command => RelayCommand.Truncated;

    // An empty body is legal: it means "no particular reason".
    public static TruncatedMessage Decode(ref WireReader body) =>
        new(body.IsEmpty ? DestroyReason.None : (DestroyReason)body.ReadByte());

    public void Encode(ref WireWriter body) => body.WriteByte((byte)Reason);
}
