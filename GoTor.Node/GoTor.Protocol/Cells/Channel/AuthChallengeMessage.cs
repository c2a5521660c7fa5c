using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>A relay's invitation to authenticate ourselves. Clients leave it unanswered.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#AUTH-CHALLENGE-cells</remarks>
internal sealed record AuthChallengeMessage(ReadOnlyMemory<byte> Challenge, IReadOnlyList<ushort> Methods)
    : IChannelMessage<AuthChallengeMessage>
{
    public const int ChallengeLength = 32;

    public static ChannelCommand Command => ChannelCommand.AuthChallenge;

    public static AuthChallengeMessage Decode(ref WireReader body)
    {
        byte[] challenge = body.ReadBytes(ChallengeLength).ToArray();
        int count = body.ReadUInt16();
        var methods = new WireReader(body.ReadBytes(count * 2));
        var list = new ushort[count];
        for (int i = 0; i < count; i++)
            list[i] = methods.ReadUInt16();
        return new AuthChallengeMessage(challenge, list);
    }

    public void Encode(ref WireWriter body)
    {
        body.WriteBytes(Challenge.Span);
        body.WriteUInt16(checked((ushort)Methods.Count));
        foreach (ushort method in Methods)
            body.WriteUInt16(method);
    }
}
