using System.Globalization;
using System.Net;

namespace GoTor.Protocol.Paths;

/// <summary>
/// Addresses and ports as torrc writes them: <c>*</c>, <c>*4</c>, <c>*6</c>, <c>1.2.3.4</c>, <c>10.0.0.0/8</c>, <c>[2001:db8::]/32</c>,
/// each with <c>:port</c>, <c>:first-last</c> or <c>:*</c>. C tor's tor_addr_parse_mask_ports. Immutable.
/// </summary>
internal sealed class AddressPattern
{
    private readonly IPNetwork? _network;
    private readonly Family _family;
    private readonly ushort _firstPort;
    private readonly ushort _lastPort;

    private enum Family
    {
        Any,
        V4,
        V6,
    }

    private AddressPattern(Family family, IPNetwork? network, ushort firstPort, ushort lastPort)
    {
        _family = family;
        _network = network;
        _firstPort = firstPort;
        _lastPort = lastPort;
    }

    public static AddressPattern Everything { get; } = new(Family.Any, null, 0, ushort.MaxValue);

    public bool Matches(IPEndPoint endPoint) => Matches(endPoint.Address, (ushort)endPoint.Port);

    public bool Matches(IPAddress address, ushort port) =>
        port >= _firstPort && port <= _lastPort
        && (_family == Family.Any || _family == FamilyOf(address))
        && (_network is not { } network || network.Contains(address));

    public static bool TryParse(ReadOnlySpan<char> text, out AddressPattern pattern)
    {
        pattern = Everything;
        if (!TrySplit(text, out ReadOnlySpan<char> address, out ReadOnlySpan<char> mask, out ReadOnlySpan<char> ports, out bool bracketed)
            || !TryParsePorts(ports, out ushort first, out ushort last))
            return false;
        if (!bracketed && (address is "*" or "*4" or "*6"))
        {
            Family any = address switch
            {
                "*4" => Family.V4,
                "*6" => Family.V6,
                _ => Family.Any,
            };
            pattern = new AddressPattern(any, null, first, last);
            return mask.IsEmpty; // A wildcard has no bits to count.
        }

        if (!TryParseAddress(address, bracketed, out IPAddress? parsed) || !TryParseMask(mask, FamilyOf(parsed), out int bits))
            return false;
        pattern = new AddressPattern(FamilyOf(parsed), new IPNetwork(Masked(parsed, bits), bits), first, last);
        return true;
    }

    public static bool IsV4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int length) && length == 4;
    }

    private static Family FamilyOf(IPAddress address) => IsV4(address) ? Family.V4 : Family.V6;

    private static bool TrySplit(
        ReadOnlySpan<char> text, out ReadOnlySpan<char> address, out ReadOnlySpan<char> mask, out ReadOnlySpan<char> ports, out bool bracketed)
    {
        address = mask = default;
        ports = "*";
        bracketed = text.StartsWith("[");
        ReadOnlySpan<char> rest;
        if (bracketed)
        {
            int close = text.IndexOf(']');
            if (close < 0)
                return false;
            address = text[1..close];
            rest = text[(close + 1)..];
        }
        else
        {
            int end = text.IndexOfAny('/', ':');
            address = end < 0 ? text : text[..end];
            rest = end < 0 ? default : text[end..];
        }

        int colon = rest.IndexOf(':');
        if (colon >= 0)
        {
            ports = rest[(colon + 1)..];
            rest = rest[..colon];
        }

        if (rest.IsEmpty)
            return true;
        mask = rest[1..];
        return rest[0] == '/' && !mask.IsEmpty;
    }

    private static bool TryParseAddress(ReadOnlySpan<char> text, bool bracketed, out IPAddress parsed)
    {
        parsed = IPAddress.None;
        if (!IPAddress.TryParse(text, out IPAddress? address) || text.Contains('%'))
            return false;
        parsed = address;
        if (bracketed)
            return FamilyOf(address) == Family.V6;
        // .NET also reads "10.1" and "0x7f.1"; torrc does not.
        return FamilyOf(address) == Family.V4 && text.SequenceEqual(address.ToString());
    }

    private static bool TryParseMask(ReadOnlySpan<char> mask, Family family, out int bits)
    {
        int width = family == Family.V4 ? 32 : 128;
        bits = width;
        if (mask.IsEmpty)
            return true;
        if (int.TryParse(mask, NumberStyles.None, CultureInfo.InvariantCulture, out bits))
            return bits <= width;
        return family == Family.V4 && TryParseDottedMask(mask, out bits);
    }

    private static bool TryParseDottedMask(ReadOnlySpan<char> mask, out int bits)
    {
        bits = 0;
        Span<byte> bytes = stackalloc byte[4];
        if (!IPAddress.TryParse(mask, out IPAddress? parsed) || !parsed.TryWriteBytes(bytes, out int written) || written != 4)
            return false;
        uint value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
        bits = System.Numerics.BitOperations.PopCount(value);
        return bits == 0 ? value == 0 : value == uint.MaxValue << (32 - bits);
    }

    private static IPAddress Masked(IPAddress address, int bits)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int keep = Math.Clamp(bits - (8 * i), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - keep));
        }

        return new IPAddress(bytes);
    }

    private static bool TryParsePorts(ReadOnlySpan<char> text, out ushort first, out ushort last)
    {
        first = 0;
        last = ushort.MaxValue;
        if (text is "*")
            return true;
        int dash = text.IndexOf('-');
        if (!TryParsePort(dash < 0 ? text : text[..dash], out first))
            return false;
        last = first;
        return dash < 0 || (TryParsePort(text[(dash + 1)..], out last) && first <= last);
    }

    private static bool TryParsePort(ReadOnlySpan<char> text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0;
}
