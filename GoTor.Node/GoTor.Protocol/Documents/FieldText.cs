using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>Small values on keyword lines: times, numbers, identities, addresses. Strict, and without culture or allocation.</summary>
internal static class FieldText
{
    public const int TimeLength = 19;
    private static readonly SearchValues<byte> NicknameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8);

    /// <summary>Reads <c>2024-05-17 17:00:00</c> (UTC) and nothing else.</summary>
    public static bool TryParseTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length != TimeLength || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':')
            return false;
        if (!TryParseDigits(text[..4], out int year)
            || !TryParseDigits(text.Slice(5, 2), out int month)
            || !TryParseDigits(text.Slice(8, 2), out int day)
            || !TryParseDigits(text.Slice(11, 2), out int hour)
            || !TryParseDigits(text.Slice(14, 2), out int minute)
            || !TryParseDigits(text.Slice(17, 2), out int second))
        {
            return false;
        }

        // 60 is a leap second, which Tor's documents may carry and .NET cannot: the second before it is close enough.
        second = second == 60 ? 59 : second;
        if (year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        if (hour > 23 || minute > 59 || second > 59)
            return false;
        time = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero);
        return true;
    }

    /// <exception cref="MalformedMessageException">Not a time.</exception>
    public static DateTimeOffset ParseTime(ReadOnlySpan<byte> text) =>
        TryParseTime(text, out DateTimeOffset time)
            ? time
            : throw new MalformedMessageException("Not a time of the form YYYY-MM-DD HH:MM:SS.");

    public static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Decimal digits only, the whole span.</summary>
    public static bool TryParseUInt32(ReadOnlySpan<byte> text, out uint value)
    {
        value = 0;
        return text.Length is > 0 and <= 10
            && IsDigit(text[0])
            && Utf8Parser.TryParse(text, out value, out int consumed)
            && consumed == text.Length;
    }

    public static bool TryParseInt32(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        return text.Length is > 0 and <= 11
            && text[0] != (byte)'+'
            && Utf8Parser.TryParse(text, out value, out int consumed)
            && consumed == text.Length;
    }

    public static bool TryParsePort(ReadOnlySpan<byte> text, out ushort port)
    {
        bool parsed = TryParseUInt32(text, out uint value) && value <= ushort.MaxValue;
        port = parsed ? (ushort)value : (ushort)0;
        return parsed;
    }

    /// <summary>40 hexadecimal digits.</summary>
    public static bool TryParseHexIdentity(ReadOnlySpan<byte> text, out RsaIdentity identity)
    {
        Span<byte> bytes = stackalloc byte[RsaIdentity.Length];
        bool parsed = text.Length == RsaIdentity.Length * 2 && TryDecodeHex(text, bytes);
        identity = parsed ? new RsaIdentity(bytes) : default;
        return parsed;
    }

    /// <summary>Exactly two digits, of either case, for every byte of <paramref name="destination"/>.</summary>
    public static bool TryDecodeHex(ReadOnlySpan<byte> text, Span<byte> destination) =>
        text.Length == destination.Length * 2
        && Convert.FromHexString(text, destination, out int consumed, out int written) == OperationStatus.Done
        && consumed == text.Length
        && written == destination.Length;

    /// <summary>1 to 19 letters and digits.</summary>
    public static bool IsNickname(ReadOnlySpan<byte> text) => text.Length is >= 1 and <= 19 && !text.ContainsAnyExcept(NicknameBytes);

    /// <summary>Four decimal numbers with dots: none of the short and octal forms that some libraries read.</summary>
    public static bool TryParseIPv4(ReadOnlySpan<byte> text, Span<byte> address)
    {
        for (int i = 0; i < 4; i++)
        {
            int dot = i < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (dot is < 1 or > 3 || !TryParseDigits(text[..dot], out int value) || value > 255 || (dot > 1 && text[0] == (byte)'0'))
                return false;
            address[i] = (byte)value;
            text = i < 3 ? text[(dot + 1)..] : [];
        }

        return true;
    }

    /// <summary>Reads <c>[2001:db8::1]:9001</c>. False for IPv4, a zone, or a missing port.</summary>
    public static bool TryParseIPv6EndPoint(ReadOnlySpan<byte> text, out IPEndPoint? endPoint)
    {
        endPoint = null;
        int close = text.LastIndexOf("]:"u8);
        if (close < 1 || text[0] != (byte)'[' || !TryParsePort(text[(close + 2)..], out ushort port))
            return false;
        ReadOnlySpan<byte> inner = text[1..close];
        // A colon makes it IPv6; zones, prefixes and nested brackets are the library's business and not Tor's.
        if (!inner.Contains((byte)':') || inner.ContainsAny((byte)'%', (byte)'[', (byte)'/'))
            return false;
        if (!IPAddress.TryParse(inner, out IPAddress? address))
            return false;
        endPoint = new IPEndPoint(address, port);
        return true;
    }

    private static bool TryParseDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte b in text)
        {
            if (!IsDigit(b))
                return false;
            value = value * 10 + (b - '0');
        }

        return true;
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';
}
