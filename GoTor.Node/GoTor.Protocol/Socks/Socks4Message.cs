using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace GoTor.Protocol.Socks;

/// <summary>A request of SOCKS 4 or 4a: complete, incomplete or refused.</summary>
internal readonly struct Socks4Message
{
    private const int HeaderLength = 8;

    // Both strings end with a NUL that may never come. C tor gives up here, too.
    private const int MaxLength = 512;
    private const int MaxHostLength = 255;

    public bool IsIncomplete { get; private init; }

    public SocksRequest? Request { get; private init; }

    public SocksRefusal? Refusal { get; private init; }

    public static Socks4Message Parse(ReadOnlySpan<byte> unread, out int length)
    {
        length = 0;
        if (unread.Length < HeaderLength)
            return Incomplete(unread);
        SocksCommand command = (SocksCommand)unread[1];
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(unread[2..]);
        uint address = BinaryPrimitives.ReadUInt32BigEndian(unread[4..]);
        ReadOnlySpan<byte> rest = unread[HeaderLength..Math.Min(unread.Length, MaxLength)];
        int userLength = rest.IndexOf((byte)0);
        if (userLength < 0)
            return Incomplete(unread);
        ReadOnlySpan<byte> user = rest[..userLength];
        rest = rest[(userLength + 1)..];

        // 4a: an impossible address, 0.0.0.x, says that a name follows.
        bool hasName = address >> 8 == 0 && address != 0;
        int hostLength = 0;
        if (hasName && (hostLength = rest.IndexOf((byte)0)) < 0)
            return Incomplete(unread);
        if (address == 0 || (port == 0 && command != SocksCommand.Resolve) || hostLength > MaxHostLength)
            return Refuse(SocksRefusal.BadDestination);
        if (command is not (SocksCommand.Connect or SocksCommand.Resolve))
            return Refuse(SocksRefusal.UnsupportedCommand);
        string host = hasName
            ? Encoding.Latin1.GetString(rest[..hostLength])
            : new IPAddress(unread.Slice(4, 4)).ToString();
        if (!HostName.IsValidDestination(host))
            return Refuse(SocksRefusal.BadDestination);

        length = HeaderLength + userLength + 1 + (hasName ? hostLength + 1 : 0);
        return new Socks4Message
        {
            Request = new SocksRequest
            {
                Version = SocksVersion.Socks4,
                Command = command,
                AddressType = hasName ? SocksAddressType.Name : SocksAddressType.IPv4,
                Host = host,
                Port = port,
                Username = userLength == 0 ? null : Encoding.Latin1.GetString(user),
            },
        };
    }

    private static Socks4Message Incomplete(ReadOnlySpan<byte> unread) =>
        unread.Length >= MaxLength ? Refuse(SocksRefusal.Malformed) : new Socks4Message { IsIncomplete = true };

    private static Socks4Message Refuse(SocksRefusal refusal) => new() { Refusal = refusal };
}
