using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>The relay is an introduction point now. An empty body, of older relays, means no extensions.</summary>
/// <remarks>https://spec.torproject.org/rend-spec/introduction-protocol.html#INTRO_ESTABLISHED</remarks>
internal sealed record IntroEstablishedMessage(IReadOnlyList<OnionExtension> Extensions) : IRelayMessage<IntroEstablishedMessage>
{
    public static RelayCommand Command => RelayCommand.IntroEstablished;

    public static IntroEstablishedMessage Decode(ref WireReader body) => new(body.IsEmpty ? [] : OnionExtension.DecodeList(ref body));

    public void Encode(ref WireWriter body) => OnionExtension.EncodeList(Extensions, ref body);
}
