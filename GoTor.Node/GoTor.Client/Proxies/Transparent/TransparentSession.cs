using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using GoTor.Client.Streams;
using GoTor.Protocol.Socks;

namespace GoTor.Client.Proxies.Transparent;

/// <summary>One connection that the system redirected to a TransPort: where it was going is known to the system only.</summary>
internal sealed class TransparentSession(Socket socket, SocksPort port) : ProxySession(socket, port), IProxyReplies
{
    // Linux: netfilter_ipv4.h, netfilter_ipv6/ip6_tables.h.
    private const int OptionLevelIPv4 = 0;
    private const int OptionLevelIPv6 = 41;
    private const int OriginalDestination = 80;

    /// <summary>There is nobody to tell: the application believes that it is connected already.</summary>
    public ReadOnlyMemory<byte> Connected => default;

    public ReadOnlyMemory<byte> Refused(DestinationVerdict verdict) => default;

    public ReadOnlyMemory<byte> Failed(TorErrorKind kind) => default;

    protected override async Task ServeAsync()
    {
        if (OriginalTarget() is not { } target)
        {
            Port.NoteNotRedirected();
            return;
        }

        await ServeAsync(
            new SocksRequest
            {
                Version = SocksVersion.Transparent,
                Command = SocksCommand.Connect,

                // Not that of an application that looked a name up by itself: it cannot do otherwise here.
                AddressType = SocksAddressType.Name,
                Host = HostName.IsIPv4(target.Address) ? target.Address.ToString() : $"[{target.Address}]",
                Port = (ushort)target.Port,
            },
            new OptimisticData(),
            this);
    }

    /// <summary>Null when nothing was redirected: then it is somebody who connects to us, and would be sent back to us.</summary>
    private IPEndPoint? OriginalTarget()
    {
        IPEndPoint local = (IPEndPoint)Socket.LocalEndPoint!;
        bool isIPv4 = local.AddressFamily == AddressFamily.InterNetwork;
        Span<byte> address = stackalloc byte[28];
        int length;
        try
        {
            length = Socket.GetRawSocketOption(isIPv4 ? OptionLevelIPv4 : OptionLevelIPv6, OriginalDestination, address);
        }
        catch (SocketException)
        {
            return null;
        }

        IPEndPoint? target = ReadSocketAddress(address[..length]);
        return target is null || target.Equals(local) ? null : target;
    }

    /// <summary>A sockaddr_in or sockaddr_in6.</summary>
    internal static IPEndPoint? ReadSocketAddress(ReadOnlySpan<byte> address) => address.Length switch
    {
        >= 28 => new IPEndPoint(new IPAddress(address.Slice(8, 16)), BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
        >= 16 => new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..])),
        _ => null,
    };
}
