using System.Net;

namespace GoTor.Protocol.Paths;

/// <summary>Addresses that no relay of the public network can have. C tor's tor_addr_is_internal, with multicast and "any".</summary>
internal static class PrivateAddresses
{
    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        return !address.TryWriteBytes(bytes, out int written) || (written == 4 ? IsPrivateV4(bytes) : IsPrivateV6(bytes));
    }

    public static bool IsV4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int written) && written == 4;
    }

    private static bool IsPrivateV4(ReadOnlySpan<byte> a) =>
        a[0] is 0 or 10 or 127 or >= 224
        || (a[0] == 100 && a[1] is >= 64 and < 128)
        || (a[0] == 169 && a[1] == 254)
        || (a[0] == 172 && a[1] is >= 16 and < 32)
        || (a[0] == 192 && a[1] == 168);

    private static bool IsPrivateV6(ReadOnlySpan<byte> a) =>
        a[0] is 0 or 0xff // ::, ::1, mapped and compatible addresses; multicast.
        || (a[0] & 0xfe) == 0xfc
        || (a[0] == 0xfe && (a[1] & 0x80) != 0); // fe80::/10 and the old site-local fec0::/10.
}
