using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Channel;

/// <summary>One certificate of a CERTS cell: its type (cert-spec, "CertType") and its bytes, not yet looked at.</summary>
internal readonly record struct CertsEntry(byte Type, ReadOnlyMemory<byte> Certificate);

/// <summary>How a relay proves who it is: the certificates that bind its identities to the TLS certificate.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#CERTS-cells</remarks>
internal sealed record CertsMessage(IReadOnlyList<CertsEntry> Entries) : IChannelMessage<CertsMessage>
{
    public static ChannelCommand Command => ChannelCommand.Certs;

    public static CertsMessage Decode(ref WireReader body)
    {
        int count = body.ReadByte();
        var entries = new List<CertsEntry>(Math.Min(count, 8));
        for (int i = 0; i < count; i++)
        {
            byte type = body.ReadByte();
            int length = body.ReadUInt16();
            entries.Add(new CertsEntry(type, body.ReadBytes(length).ToArray()));
        }

        return new CertsMessage(entries);
    }

    public void Encode(ref WireWriter body)
    {
        body.WriteByte(checked((byte)Entries.Count));
        foreach (CertsEntry entry in Entries)
        {
            body.WriteByte(entry.Type);
            body.WriteUInt16(checked((ushort)entry.Certificate.Length));
            body.WriteBytes(entry.Certificate.Span);
        }
    }
}
