using System.Net;
using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Socks;

/// <summary>Writes the answers to requests. RFC 1928 §6; SOCKS 4 knows only granted and rejected.</summary>
internal static class SocksReply
{
    /// <summary>No reply is longer, in bytes: a host name of 255.</summary>
    public const int MaxLength = 262;

    private const byte Granted = 0x5A;
    private const byte Rejected = 0x5B;

    /// <summary>A reply without an address.</summary>
    /// <returns>Its length in bytes.</returns>
    public static int Write(Span<byte> destination, SocksVersion version, SocksReplyCode code) =>
        Write(destination, version, code, IPAddress.Any);

    /// <summary>A reply with the address that was asked for.</summary>
    /// <returns>Its length in bytes.</returns>
    public static int Write(Span<byte> destination, SocksVersion version, SocksReplyCode code, IPAddress address)
    {
        int length = HostName.IsIPv4(address) ? 4 : 16;
        WireWriter writer = new(destination);
        if (version == SocksVersion.Socks4)
        {
            if (length != 4)
                throw new ArgumentException("SOCKS 4 has no IPv6.", nameof(address));
            writer.WriteByte(0);
            writer.WriteByte(code == SocksReplyCode.Succeeded ? Granted : Rejected);
            writer.WriteUInt16(0);
            address.TryWriteBytes(writer.Take(length), out _);
            return writer.Written;
        }

        WriteHeader(ref writer, code, length == 4 ? SocksAddressType.IPv4 : SocksAddressType.IPv6);
        address.TryWriteBytes(writer.Take(length), out _);
        writer.WriteUInt16(0);
        return writer.Written;
    }

    /// <summary>The answer to RESOLVE_PTR.</summary>
    /// <returns>Its length in bytes.</returns>
    public static int WriteName(Span<byte> destination, string name)
    {
        WireWriter writer = new(destination);
        WriteHeader(ref writer, SocksReplyCode.Succeeded, SocksAddressType.Name);
        writer.WriteByte(checked((byte)name.Length));
        Encoding.Latin1.GetBytes(name, writer.Take(name.Length));
        writer.WriteUInt16(0);
        return writer.Written;
    }

    private static void WriteHeader(ref WireWriter writer, SocksReplyCode code, SocksAddressType type)
    {
        writer.WriteByte((byte)SocksVersion.Socks5);
        writer.WriteByte((byte)code);
        writer.WriteByte(0);
        writer.WriteByte((byte)type);
    }
}
