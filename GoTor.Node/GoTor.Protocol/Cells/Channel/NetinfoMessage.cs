using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>The last cell of the handshake: the sender's clock and addresses.</summary>
/// <param name="Timestamp">Seconds since 1970; clients send 0, since their clock would set them apart.</param>
/// <param name="PeerAddress">The receiver's address as the sender sees it; null when unspecified or of an unknown type.</param>
/// <param name="OwnAddresses">The sender's addresses; clients send none.</param>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#NETINFO-cells</remarks>
internal sealed record NetinfoMessage(uint Timestamp, IPAddress? PeerAddress, IReadOnlyList<IPAddress> OwnAddresses)
    : IChannelMessage<NetinfoMessage>
{
    private const byte IPv4Type = 4;
    private const byte IPv6Type = 6;

    public static ChannelCommand Command => ChannelCommand.Netinfo;

    public static NetinfoMessage Decode(ref WireReader body)
    {
        uint timestamp = body.ReadUInt32();
        IPAddress? peer = ReadAddress(ref body);
        int count = body.ReadByte();
        var own = new List<IPAddress>(Math.Min(count, 4));
        for (int i = 0; i < count; i++)
        {
            if (ReadAddress(ref body) is { } address)
                own.Add(address);
        }

        return new NetinfoMessage(timestamp, peer, own);
    }

    public void Encode(ref WireWriter body)
    {
        body.WriteUInt32(Timestamp);
        WriteAddress(ref body, PeerAddress ?? IPAddress.Any);
        body.WriteByte(checked((byte)OwnAddresses.Count));
        foreach (IPAddress address in OwnAddresses)
            WriteAddress(ref body, address);
    }

    // An address that we cannot read is not the peer's fault: newer relays may know other types.
    private static IPAddress? ReadAddress(ref WireReader body)
    {
        byte type = body.ReadByte();
        ReadOnlySpan<byte> value = body.ReadBytes(body.ReadByte());
        bool known = (type, value.Length) is (IPv4Type, 4) or (IPv6Type, 16);
        return known && value.ContainsAnyExcept((byte)0) ? new IPAddress(value) : null;
    }

    private static void WriteAddress(ref WireWriter body, IPAddress address)
    {
        byte[] value = address.GetAddressBytes();
        body.WriteByte(value.Length == 4 ? IPv4Type : IPv6Type);
        body.WriteByte((byte)value.Length);
        body.WriteBytes(value);
    }
}
