using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>The other end of a stream reads again.</summary>
/// <param name="KilobytesPerSecond">How fast it drains, in kilobytes per second (1000 bytes); 0 means no limit.</param>
/// <remarks>https://spec.torproject.org/tor-spec/flow-control.html; proposal 324.</remarks>
internal sealed record XonMessage(uint KilobytesPerSecond) : IRelayMessage<XonMessage>
{
    private const byte Version = 0;

    public static RelayCommand Command => RelayCommand.Xon;

    public static XonMessage Decode(ref WireReader body)
    {
        byte version = body.ReadByte();
        if (version != Version)
            throw new MalformedMessageException($"XON version {version} is not known.");
        return new XonMessage(body.ReadUInt32());
    }

    public void Encode(ref WireWriter body)
    {
        body.WriteByte(Version);
        body.WriteUInt32(KilobytesPerSecond);
    }
}
