using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>A fixed cell that says nothing. Its content is ignored; under TLS it needs none.</summary>
internal sealed record PaddingMessage : IChannelMessage<PaddingMessage>
{
    public static ChannelCommand Command => ChannelCommand.Padding;

    public static PaddingMessage Decode(ref WireReader body)
    {
        body.ReadRest();
        return new PaddingMessage();
    }

    public void Encode(ref WireWriter body)
    {
    }
}
