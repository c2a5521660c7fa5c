namespace GoTor.Protocol.Documents;

/// <summary>Which versions of which subprotocols a relay speaks: a "pr" line. tor-spec §9. Immutable and interned by its text.</summary>
internal sealed class ProtocolVersions
{
    // A real list has some 160 characters.
    private const int MaxLength = 4096;
    private const int MaxNameLength = 100;

    private readonly Dictionary<string, ulong> _versions;

    private ProtocolVersions(Dictionary<string, ulong> versions) => _versions = versions;

    public static ProtocolVersions None { get; } = new([]);

    /// <summary>Every name with its versions as a bit mask (versions are 0 to 63).</summary>
    public IReadOnlyDictionary<string, ulong> All => _versions;

    public bool Supports(string protocol, int version) =>
        version is >= 0 and < 64 && _versions.TryGetValue(protocol, out ulong mask) && (mask >> version & 1) != 0;

    /// <summary>Parses a whole list. False on any malformed part: the relay is then treated as supporting nothing.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ProtocolVersions versions)
    {
        versions = None;
        if (text.Length > MaxLength)
            return false;
        Dictionary<string, ulong> parsed = [];
        foreach (Range part in text.Split(' '))
        {
            ReadOnlySpan<char> entry = text[part];
            if (entry.IsEmpty)
                continue;
            int equals = entry.IndexOf('=');
            if (equals is < 1 or > MaxNameLength || !IsName(entry[..equals]) || !TryParseMask(entry[(equals + 1)..], out ulong mask))
                return false;
            string name = entry[..equals].ToString();
            parsed[name] = parsed.GetValueOrDefault(name) | mask;
        }

        versions = new ProtocolVersions(parsed);
        return true;
    }

    /// <summary>What <paramref name="required"/> asks for and this list lacks, as such a list; empty when nothing is missing.</summary>
    public string Missing(ProtocolVersions required)
    {
        List<string> missing = [];
        foreach ((string name, ulong mask) in required._versions)
        {
            ulong lacking = mask & ~_versions.GetValueOrDefault(name);
            if (lacking != 0)
                missing.Add($"{name}={FormatMask(lacking)}");
        }

        return string.Join(' ', missing);
    }

    /// <summary>The list in its usual form, sorted by name.</summary>
    public override string ToString() =>
        string.Join(' ', _versions.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={FormatMask(v.Value)}"));

    private static string FormatMask(ulong mask)
    {
        List<string> ranges = [];
        for (int first = 0; first < 64; first++)
        {
            if ((mask >> first & 1) == 0)
                continue;
            int last = first;
            while (last < 63 && (mask >> (last + 1) & 1) != 0)
                last++;
            ranges.Add(first == last ? $"{first}" : $"{first}-{last}");
            first = last;
        }

        return string.Join(',', ranges);
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        }

        return true;
    }

    private static bool TryParseMask(ReadOnlySpan<char> list, out ulong mask)
    {
        mask = 0;
        if (list.IsEmpty)
            return true;
        foreach (Range part in list.Split(','))
        {
            ReadOnlySpan<char> item = list[part];
            int dash = item.IndexOf('-');
            if (!TryParseVersion(dash < 0 ? item : item[..dash], out int first)
                || !TryParseVersion(dash < 0 ? item : item[(dash + 1)..], out int last)
                || last < first)
            {
                return false;
            }

            for (int version = first; version <= last; version++)
                mask |= 1UL << version;
        }

        return true;
    }

    private static bool TryParseVersion(ReadOnlySpan<char> text, out int version)
    {
        version = 0;
        return text.Length is 1 or 2
            && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out version)
            && version < 64;
    }
}
