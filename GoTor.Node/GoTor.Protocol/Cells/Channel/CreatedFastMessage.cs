using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>The relay's half of CREATE_FAST: 20 bytes of key material and the 20 bytes that prove it derived the same keys.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/create-created-cells.html#create_fast</remarks>
internal sealed record CreatedFastMessage(ReadOnlyMemory<byte> KeyMaterial, ReadOnlyMemory<byte> DerivativeKeyData)
    : IChannelMessage<CreatedFastMessage>
{
    public const int DerivativeKeyDataLength = 20;

    public static ChannelCommand Command => ChannelCommand.CreatedFast;

    public static CreatedFastMessage Decode(ref WireReader body) => new(
        body.ReadBytes(CreateFastMessage.KeyMaterialLength).ToArray(), body.ReadBytes(DerivativeKeyDataLength).ToArray());

    public void Encode(ref WireWriter body)
    {
        body.WriteBytes(KeyMaterial.Span);
        body.WriteBytes(DerivativeKeyData.Span);
    }

    public override string ToString() => "CREATED_FAST [secret]";
}
