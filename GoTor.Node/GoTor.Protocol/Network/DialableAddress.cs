using System.Net;

namespace GoTor.Protocol.Network;

/// <summary>
/// Which addresses a relay may have. A consensus or an introduction that names another must not make us knock on doors at home.
/// </summary>
internal static class DialableAddress
{
    /// <param name="allowPrivate">For test networks: loopback and private addresses are as good as any.</param>
    public static bool IsDialable(IPEndPoint endPoint, bool allowPrivate) =>
        endPoint.Port != 0 && IsDialable(endPoint.Address, allowPrivate);

    /// <inheritdoc cref="IsDialable(IPEndPoint, bool)"/>
    public static bool IsDialable(IPAddress address, bool allowPrivate)
    {
        // ::ffff:10.0.0.1 is 10.0.0.1 to the operating system.
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out int length))
            return false;
        return length == 4 ? IsDialableV4(bytes[..4], allowPrivate) : IsDialableV6(bytes, address.ScopeId, allowPrivate);
    }

    private static bool IsDialableV4(ReadOnlySpan<byte> a, bool allowPrivate)
    {
        // "This network", multicast, reserved and broadcast lead nowhere.
        if (a[0] is 0 or >= 224)
            return false;
        bool isPrivate = a switch
        {
            [10 or 127, ..] => true,
            [100, >= 64 and <= 127, ..] => true, // Carrier-grade NAT.
            [169, 254, ..] => true,
            [172, >= 16 and <= 31, ..] => true,
            [192, 168, ..] => true,
            _ => false,
        };
        return allowPrivate || !isPrivate;
    }

    private static bool IsDialableV6(ReadOnlySpan<byte> a, long scope, bool allowPrivate)
    {
        bool isLoopback = a[..15].IndexOfAnyExcept((byte)0) < 0 && a[15] == 1;
        if (scope != 0 || a[0] == 0xff || (a[..12].IndexOfAnyExcept((byte)0) < 0 && !isLoopback))
            return false;
        // Unique local, link local, and the site local of old.
        bool isPrivate = isLoopback || (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0x80) != 0);
        return allowPrivate || !isPrivate;
    }
}
