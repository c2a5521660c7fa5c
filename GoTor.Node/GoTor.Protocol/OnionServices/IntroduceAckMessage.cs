using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>What became of an INTRODUCE1.</summary>
internal enum IntroduceStatus : ushort
{
    Success = 0,

    /// <summary>No such service here, or it has enough introductions for now.</summary>
    UnknownKey = 1,
    BadFormat = 2,
    CannotRelay = 3,
}

/// <summary>An introduction point says what it did with an INTRODUCE1.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/introduction-protocol.html#INTRO_ACK</remarks>
internal sealed record IntroduceAckMessage(IntroduceStatus Status, IReadOnlyList<OnionExtension> Extensions) : IRelayMessage<IntroduceAckMessage>
{
    public static RelayCommand Command => RelayCommand.IntroduceAck;

    public static IntroduceAckMessage Decode(ref WireReader body) => new((IntroduceStatus)body.ReadUInt16(), OnionExtension.DecodeList(ref body));

    public void Encode(ref WireWriter body)
    {
        body.WriteUInt16((ushort)Status);
        OnionExtension.EncodeList(Extensions, ref body);
    }
}
