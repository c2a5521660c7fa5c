using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>Padding of any length; the only padding that the handshake allows.</summary>
internal sealed record VPaddingMessage(int Length) : IChannelMessage<VPaddingMessage>
{
    public static ChannelCommand Command => ChannelCommand.VPadding;

    public static VPaddingMessage Decode(ref WireReader body) => new(body.ReadRest().Length);

    public void Encode(ref WireWriter body) => body.Take(Length).Clear();
}
