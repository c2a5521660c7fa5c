using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.OnionServices;

/// <summary>
/// A client asks an introduction point to pass something on to a service. All that follows the extensions is encrypted for the service.
/// </summary>
/// <remarks>https://spec.torproject.org/rend-spec/introduction-protocol.html#FMT_INTRO1</remarks>
internal sealed record Introduce1Message(Ed25519Identity Key, IReadOnlyList<OnionExtension> Extensions, ReadOnlyMemory<byte> Encrypted)
    : IRelayMessage<Introduce1Message>
{
    private const int LegacyKeyLength = 20;

    public static RelayCommand Command => RelayCommand.Introduce1;

    public static Introduce1Message Decode(ref WireReader body)
    {
        if (body.ReadBytes(LegacyKeyLength).IndexOfAnyExcept((byte)0) >= 0)
            throw new MalformedMessageException("INTRODUCE1 of onion services of version 2.");
        var message = new Introduce1Message(IntroductionKey.Decode(ref body), OnionExtension.DecodeList(ref body), body.ReadRest().ToArray());
        return message.Encrypted.Length > 0 ? message : throw new MalformedMessageException("INTRODUCE1 that says nothing to the service.");
    }

    public void Encode(ref WireWriter body)
    {
        body.Take(LegacyKeyLength).Clear();
        IntroductionKey.Encode(Key, ref body);
        OnionExtension.EncodeList(Extensions, ref body);
        body.WriteBytes(Encrypted.Span);
    }

    public override string ToString() => "INTRODUCE1 [scrubbed]";
}
