using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>A stream is open.</summary>
/// <param name="Address">Where the exit connected to; null for directory and onion-service streams. Sensitive.</param>
/// <param name="TimeToLive">For how many seconds the exit would remember that answer; null when it does not say.</param>
/// <remarks>https://spec.torproject.org/tor-spec/opening-streams.html</remarks>
internal sealed record ConnectedMessage(IPAddress? Address, uint? TimeToLive) : IRelayMessage<ConnectedMessage>
{
    private const byte IPv6Type = 6;

    public static RelayCommand Command => RelayCommand.Connected;

    public static ConnectedMessage Decode(ref WireReader body)
    {
        if (body.IsEmpty)
            return new ConnectedMessage(null, null);
        ReadOnlySpan<byte> v4 = body.ReadBytes(4);
        if (v4.ContainsAnyExcept((byte)0))
            return new ConnectedMessage(new IPAddress(v4), body.IsEmpty ? null : body.ReadUInt32());
        byte type = body.ReadByte();
        if (type != IPv6Type)
            throw new MalformedMessageException($"CONNECTED has an address of unknown type {type}.");
        return new ConnectedMessage(new IPAddress(body.ReadBytes(16)), body.ReadUInt32());
    }

    public void Encode(ref WireWriter body)
    {
        if (Address is null)
            return;
        byte[] address = Address.GetAddressBytes();
        if (address.Length == 16)
        {
            body.WriteUInt32(0);
            body.WriteByte(IPv6Type);
        }

        body.WriteBytes(address);
        body.WriteUInt32(TimeToLive ?? 0);
    }

    public override string ToString() => "CONNECTED [scrubbed]";
}
