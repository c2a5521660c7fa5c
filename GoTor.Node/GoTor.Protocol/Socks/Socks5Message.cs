using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace GoTor.Protocol.Socks;

/// <summary>A request of SOCKS 5: complete, incomplete or refused. RFC 1928 §4.</summary>
internal readonly struct Socks5Message
{
    public bool IsIncomplete { get; private init; }

    public SocksRequest? Request { get; private init; }

    public SocksRefusal? Refusal { get; private init; }

    /// <summary>What goes with the refusal.</summary>
    public SocksReplyCode ReplyCode { get; private init; }

    public static Socks5Message Parse(ReadOnlySpan<byte> unread, out int length)
    {
        length = 0;
        SocksCommand command = (SocksCommand)unread[1];
        if (command is not (SocksCommand.Connect or SocksCommand.Bind or SocksCommand.UdpAssociate
                or SocksCommand.Resolve or SocksCommand.ResolvePtr)
            || (unread.Length > 2 && unread[2] != 0))
            return Refuse(SocksRefusal.Malformed, SocksReplyCode.GeneralFailure);
        if (unread.Length < 5)
            return unread.Length == 4 && !IsKnown(unread[3]) ? Refuse(SocksRefusal.Malformed, SocksReplyCode.GeneralFailure) : Incomplete;

        SocksAddressType type = (SocksAddressType)unread[3];
        int hostAt = type == SocksAddressType.Name ? 5 : 4;
        int hostLength = type switch
        {
            SocksAddressType.IPv4 => 4,
            SocksAddressType.IPv6 => 16,
            SocksAddressType.Name => unread[4],
            _ => -1,
        };
        if (hostLength < 0)
            return Refuse(SocksRefusal.Malformed, SocksReplyCode.GeneralFailure);
        if (unread.Length < hostAt + hostLength + 2)
            return Incomplete;
        if (command is SocksCommand.Bind or SocksCommand.UdpAssociate)
            return Refuse(SocksRefusal.UnsupportedCommand, SocksReplyCode.CommandNotSupported);

        ReadOnlySpan<byte> bytes = unread.Slice(hostAt, hostLength);
        string host = type switch
        {
            SocksAddressType.Name => Encoding.Latin1.GetString(bytes),
            SocksAddressType.IPv6 => $"[{new IPAddress(bytes)}]",
            _ => new IPAddress(bytes).ToString(),
        };
        if (command == SocksCommand.ResolvePtr && !HostName.TryParseAddress(host, out _))
            return Refuse(SocksRefusal.BadDestination, SocksReplyCode.AddressTypeNotSupported);
        if (!HostName.IsValidDestination(host))
            return Refuse(SocksRefusal.BadDestination, SocksReplyCode.GeneralFailure);

        length = hostAt + hostLength + 2;
        return new Socks5Message
        {
            Request = new SocksRequest
            {
                Version = SocksVersion.Socks5,
                Command = command,
                AddressType = type,
                Host = host,
                Port = BinaryPrimitives.ReadUInt16BigEndian(unread[(hostAt + hostLength)..]),
            },
        };
    }

    private static Socks5Message Incomplete => new() { IsIncomplete = true };

    private static bool IsKnown(byte type) =>
        (SocksAddressType)type is SocksAddressType.IPv4 or SocksAddressType.IPv6 or SocksAddressType.Name;

    private static Socks5Message Refuse(SocksRefusal refusal, SocksReplyCode code) => new() { Refusal = refusal, ReplyCode = code };
}
