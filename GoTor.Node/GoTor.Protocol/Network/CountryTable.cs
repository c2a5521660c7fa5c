using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace GoTor.Protocol.Network;

/// <summary>
/// Which country an address is said to be in: C tor's geoip and geoip6 files. Immutable. An opinion of whoever made the files, no more.
/// </summary>
internal sealed class CountryTable
{
    /// <summary>The address is in no country that the files know.</summary>
    public const string Unknown = "??";

    private readonly Ranges<uint> _ipv4;
    private readonly Ranges<UInt128> _ipv6;

    private CountryTable(Ranges<uint> ipv4, Ranges<UInt128> ipv6) => (_ipv4, _ipv6) = (ipv4, ipv6);

    public static CountryTable Empty { get; } = new(Ranges<uint>.None, Ranges<UInt128>.None);

    public bool HasIPv4 => _ipv4.Count > 0;

    public bool HasIPv6 => _ipv6.Count > 0;

    /// <summary>Reads both files line by line. Lines that are no ranges are passed over, as in C tor.</summary>
    public static CountryTable Read(IEnumerable<string> geoip, IEnumerable<string> geoip6) =>
        new(Ranges<uint>.From(geoip, TryParseIPv4), Ranges<UInt128>.From(geoip6, TryParseIPv6));

    /// <summary>A lower-case code of two letters, <see cref="Unknown"/>, or null where there is no file for this kind of address.</summary>
    public string? CountryOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return length == 4
            ? HasIPv4 ? _ipv4.Find(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : null
            : HasIPv6 ? _ipv6.Find(BinaryPrimitives.ReadUInt128BigEndian(bytes)) : null;
    }

    // "16777216,16777471,AU", in an older form with quotes around each and more behind.
    private static bool TryParseIPv4(string line, out uint first, out uint last, out string country)
    {
        string[] parts = line.Replace("\"", "", StringComparison.Ordinal).Split(',');
        (first, last, country) = (0, 0, "");
        return parts.Length >= 3 && IsCountry(country = parts[2])
            && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out first)
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out last) && first <= last;
    }

    // "2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP"
    private static bool TryParseIPv6(string line, out UInt128 first, out UInt128 last, out string country)
    {
        string[] parts = line.Split(',');
        (first, last, country) = (0, 0, "");
        return parts.Length == 3 && IsCountry(country = parts[2]) && TryReadIPv6(parts[0], out first) && TryReadIPv6(parts[1], out last) && first <= last;
    }

    private static bool TryReadIPv6(string text, out UInt128 value)
    {
        value = 0;
        Span<byte> bytes = stackalloc byte[16];
        if (!IPAddress.TryParse(text, out IPAddress? address) || !address.TryWriteBytes(bytes, out int length) || length != 16)
            return false;
        value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    private static bool IsCountry(string text) => text.Length == 2;

    private delegate bool LineParser<T>(string line, out T first, out T last, out string country);

    private sealed class Ranges<T>(T[] first, T[] last, ushort[] country, string[] codes)
        where T : unmanaged, IComparable<T>
    {
        public static Ranges<T> None { get; } = new([], [], [], []);

        public int Count => first.Length;

        public static Ranges<T> From(IEnumerable<string> lines, LineParser<T> parse)
        {
            List<(T First, T Last, ushort Country)> found = [];
            Dictionary<string, ushort> numbers = new(StringComparer.OrdinalIgnoreCase);
            foreach (string raw in lines)
            {
                string line = raw.Trim();
                if (line.Length == 0 || line[0] == '#' || !parse(line, out T from, out T to, out string code))
                    continue;
                if (!numbers.TryGetValue(code, out ushort number))
                    numbers[code] = number = (ushort)numbers.Count;
                found.Add((from, to, number));
            }

            found.Sort((a, b) => a.First.CompareTo(b.First));
            return new Ranges<T>(
                [.. found.Select(range => range.First)], [.. found.Select(range => range.Last)], [.. found.Select(range => range.Country)],
                [.. numbers.OrderBy(pair => pair.Value).Select(pair => pair.Key.ToLowerInvariant())]);
        }

        public string Find(T address)
        {
            int index = Array.BinarySearch(first, address);
            if (index < 0)
                index = ~index - 1;
            return index >= 0 && last[index].CompareTo(address) >= 0 ? codes[country[index]] : Unknown;
        }
    }
}
