using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>Closes one stream and says why.</summary>
/// <param name="Address">With <see cref="EndReason.ExitPolicy"/>: the address that the exit's policy refuses. Sensitive.</param>
/// <param name="TimeToLive">Seconds for which that address may be remembered.</param>
/// <remarks>https://spec.torproject.org/tor-spec/closing-streams.html</remarks>
internal sealed record EndMessage(EndReason Reason, IPAddress? Address = null, uint? TimeToLive = null) : IRelayMessage<EndMessage>
{
    public static RelayCommand Command => RelayCommand.End;

    public static EndMessage Decode(ref WireReader body)
    {
        // An empty body is legal: it means "no particular reason". So does a reason that has no meaning on the wire.
        if (body.IsEmpty)
            return new EndMessage(EndReason.Misc);
        var reason = (EndReason)body.ReadByte();
        if (reason != EndReason.ExitPolicy)
            return new EndMessage(reason is >= EndReason.Misc and <= EndReason.NotDirectory ? reason : EndReason.Misc);
        return body.Remaining switch
        {
            4 or 8 => WithAddress(ref body, 4),
            16 or 20 => WithAddress(ref body, 16),
            _ => new EndMessage(reason),
        };
    }

    public void Encode(ref WireWriter body)
    {
        body.WriteByte((byte)Reason);
        if (Address is null)
            return;
        body.WriteBytes(Address.GetAddressBytes());
        if (TimeToLive is { } ttl)
            body.WriteUInt32(ttl);
    }

    public override string ToString() => $"END {Reason}";

    private static EndMessage WithAddress(ref WireReader body, int length) => new(
        EndReason.ExitPolicy, new IPAddress(body.ReadBytes(length)), body.IsEmpty ? null : body.ReadUInt32());
}
