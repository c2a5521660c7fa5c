using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>Starts a one-hop circuit with a relay whose onion key is unknown, relying on TLS alone. 20 bytes of key material.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html#create_fast</remarks>
internal sealed record CreateFastMessage(ReadOnlyMemory<byte> KeyMaterial) : IChannelMessage<CreateFastMessage>
{
    public const int KeyMaterialLength = 20;

    public static ChannelCommand Command => ChannelCommand.CreateFast;

    public static CreateFastMessage Decode(ref WireReader body) => new(body.ReadBytes(KeyMaterialLength).ToArray());

    public void Encode(ref WireWriter body) => body.WriteBytes(KeyMaterial.Span);

    public override string ToString() => "CREATE_FAST [secret]";
}
