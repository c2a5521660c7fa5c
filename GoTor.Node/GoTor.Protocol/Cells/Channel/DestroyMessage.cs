using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>Ends a circuit on this channel.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/tearing-down-circuits.html</remarks>
internal sealed record DestroyMessage(DestroyReason Reason) : IChannelMessage<DestroyMessage>
{
    public static ChannelCommand Command => ChannelCommand.Destroy;

    public static DestroyMessage Decode(ref WireReader body) =>
        new(body.IsEmpty ? DestroyReason.None : (DestroyReason)body.ReadByte());

    public void Encode(ref WireWriter body) => body.WriteByte((byte)Reason);
}
