using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Room for more: opens a flow-control window.</summary>
/// <param name="Version">1 echoes the tag of the cell that caused it; 0 (or an empty message) echoes nothing.</param>
/// <param name="Tag">20 bytes with tor1 relay crypto, 16 with CGO; empty in version 0. Whether it fits is for the circuit to check.</param>
/// <remarks>https://spec.torproject.org/tor-spec/flow-control.html</remarks>
internal sealed record SendmeMessage(byte Version, ReadOnlyMemory<byte> Tag) : IRelayMessage<SendmeMessage>
{
    public static RelayCommand Command => RelayCommand.Sendme;

    /// <summary>A stream's SENDME, which carries nothing.</summary>
    public static SendmeMessage Unauthenticated { get; } = new(0, ReadOnlyMemory<byte>.Empty);

    public static SendmeMessage Authenticated(ReadOnlySpan<byte> tag) => new(1, tag.ToArray());

    public static SendmeMessage Decode(ref WireReader body)
    {
        if (body.IsEmpty)
            return Unauthenticated;
        byte version = body.ReadByte();
        ReadOnlySpan<byte> tag = body.ReadBytes(body.ReadUInt16());
        return version == 0 ? Unauthenticated : new SendmeMessage(version, tag.ToArray());
    }

    public void Encode(ref WireWriter body)
    {
        if (Version == 0)
            return;
        body.WriteByte(Version);
        body.WriteUInt16(checked((ushort)Tag.Length));
        body.WriteBytes(Tag.Span);
    }

    public override string ToString() => $"SENDME {Version}";
}
