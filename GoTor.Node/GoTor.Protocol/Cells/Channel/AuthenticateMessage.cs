using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>A relay that connected proves who it is, in answer to AUTH_CHALLENGE.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#AUTHENTICATE-cells</remarks>
internal sealed record AuthenticateMessage(ushort Method, ReadOnlyMemory<byte> Authentication) : IChannelMessage<AuthenticateMessage>
{
    /// <summary>Ed25519-SHA256-RFC5705, the one method left.</summary>
    public const ushort Ed25519 = 3;

    public static ChannelCommand Command => ChannelCommand.Authenticate;

    public static AuthenticateMessage Decode(ref WireReader body) => new(body.ReadUInt16(), body.ReadBytes(body.ReadUInt16()).ToArray());

    public void Encode(ref WireWriter body)
    {
        body.WriteUInt16(Method);
        body.WriteUInt16(checked((ushort)Authentication.Length));
        body.WriteBytes(Authentication.Span);
    }
}
