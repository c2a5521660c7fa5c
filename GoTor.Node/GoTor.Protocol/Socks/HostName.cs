using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace GoTor.Protocol.Socks;

/// <summary>
/// The one place that tells addresses from names. Stricter than <see cref="IPAddress.Parse(string)"/>, which takes "1", "0x7f.1" and
/// zone ids: what is checked here must be what the exit will understand.
/// </summary>
internal static class HostName
{
    private static readonly SearchValues<char> AddressChars = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Four decimal parts, or IPv6 with or without brackets.</summary>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        bool hasBrackets = text.Length > 2 && text[0] == '[' && text[^1] == ']';
        ReadOnlySpan<char> inner = hasBrackets ? text.AsSpan(1, text.Length - 2) : text;
        address = null;
        if (inner.Contains(':'))
        {
            // A dotted tail is four decimal parts, too.
            int dot = inner.IndexOf('.');
            if (inner.ContainsAnyExcept(AddressChars) || (dot >= 0 && !IsDottedQuad(inner[(inner.LastIndexOf(':') + 1)..], out _)))
                return false;
            return IPAddress.TryParse(inner, out address);
        }

        if (hasBrackets || !IsDottedQuad(inner, out uint value))
            return false;
        address = new IPAddress([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        return true;
    }

    /// <summary>C tor's string_is_valid_dest: an address, or labels of letters, digits, hyphens and underscores.</summary>
    public static bool IsValidDestination(string host)
    {
        if (host.Length is 0 or > 255)
            return false;
        if (TryParseAddress(host, out _))
            return true;
        ReadOnlySpan<char> name = host;
        if (name.EndsWith("."))
            name = name[..^1];
        foreach (Range label in name.Split('.'))
        {
            if (!IsLabel(name[label]))
                return false;
        }

        return true;
    }

    /// <summary>Names that mean the machine or the network one is on.</summary>
    public static bool IsLocal(string lowerCaseName) =>
        lowerCaseName is "localhost" or "local"
        || lowerCaseName.EndsWith(".local", StringComparison.Ordinal) || lowerCaseName.EndsWith(".localhost", StringComparison.Ordinal);

    /// <summary>Addresses that mean something only on one machine or network, so that an exit must not be asked for them.</summary>
    public static bool IsInternal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> a = stackalloc byte[16];
        address.TryWriteBytes(a, out int length);
        if (length == 4)
        {
            return a[0] is 10 or 0 or 127
                || (a[0] == 100 && (a[1] & 0xC0) == 64)
                || (a[0] == 169 && a[1] == 254)
                || (a[0] == 172 && (a[1] & 0xF0) == 16)
                || (a[0] == 192 && a[1] == 168);
        }

        return (a[0] & 0xFE) == 0xFC
            || (a[0] == 0xFE && (a[1] & 0x80) == 0x80) // fe80::/10 and fec0::/10
            || (a[..15].IndexOfAnyExcept((byte)0) < 0 && a[15] <= 1);
    }

    public static bool IsIPv4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4;
    }

    private static bool IsLabel(ReadOnlySpan<char> label)
    {
        if (label.IsEmpty || label[0] is '-' or '_')
            return false;
        foreach (char c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                return false;
        }

        return true;
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> text, out uint value)
    {
        value = 0;
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            if (++parts > 4 || part.Length > 3 || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out byte number))
                return false;
            value = (value << 8) | number;
        }

        return parts == 4;
    }
}
