using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>The other end of a stream cannot take more at the moment.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/flow-control.html; proposal 324.</remarks>
internal sealed record XoffMessage : IRelayMessage<XoffMessage>
{
    private const byte Version = 0;

    public static RelayCommand Command => RelayCommand.Xoff;

    public static XoffMessage Decode(ref WireReader body)
    {
        byte version = body.ReadByte();
        if (version != Version)
            throw new MalformedMessageException($"XOFF version {version} is not known.");
        return new XoffMessage();
    }

    public void Encode(ref WireWriter body) => body.WriteByte(Version);
}
