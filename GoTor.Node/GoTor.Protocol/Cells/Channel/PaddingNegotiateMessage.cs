using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

internal enum PaddingNegotiateCommand : byte
{
    Stop = 1,
    Start = 2,
}

/// <summary>How a client asks its guard to pad the channel, or not to. Link protocol 5.</summary>
/// <param name="LowMilliseconds">Shortest time that the relay waits before it pads; the consensus stays the floor.</param>
/// <param name="HighMilliseconds">Longest time.</param>
/// <remarks>https://spec.torproject.org/padding-spec/connection-level-padding.html</remarks>
internal sealed record PaddingNegotiateMessage(PaddingNegotiateCommand Action, ushort LowMilliseconds, ushort HighMilliseconds)
    : IChannelMessage<PaddingNegotiateMessage>
{
    private const byte Version = 0;

    public static ChannelCommand Command => ChannelCommand.PaddingNegotiate;

    public static PaddingNegotiateMessage Stop { get; } = new(PaddingNegotiateCommand.Stop, 0, 0);

    public static PaddingNegotiateMessage Decode(ref WireReader body)
    {
        byte version = body.ReadByte();
        if (version != Version)
            throw new MalformedMessageException($"PADDING_NEGOTIATE version {version} is not known.");
        return new PaddingNegotiateMessage((PaddingNegotiateCommand)body.ReadByte(), body.ReadUInt16(), body.ReadUInt16());
    }

    public void Encode(ref WireWriter body)
    {
        body.WriteByte(Version);
        body.WriteByte((byte)Action);
        body.WriteUInt16(LowMilliseconds);
        body.WriteUInt16(HighMilliseconds);
    }
}
