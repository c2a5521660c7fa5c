namespace GoTor.Protocol.ControlPort;

/// <summary>How the arguments of a command may look. C tor's kvline.</summary>
[Flags]
internal enum KeyValueStyle
{
    /// <summary>K=V only, and values without spaces.</summary>
    Plain = 0,

    /// <summary>Values may be C strings in quotes.</summary>
    Quoted = 1,

    /// <summary>Values may be QuotedStrings.</summary>
    QString = 2,

    /// <summary>Values need no key.</summary>
    OmitKeys = 4,

    /// <summary>Keys need no value.</summary>
    OmitValues = 8,
}

/// <summary>Reads <c>Key=Value</c> pairs separated by spaces.</summary>
internal static class KeyValueLine
{
    private static readonly char[] Spaces = [' ', '\t', '\r', '\v', '\n'];
    private static readonly char[] KeyEnds = [.. Spaces, '='];

    /// <returns>Null when the line is not what <paramref name="style"/> allows. A key or value that was left out is empty.</returns>
    public static List<KeyValuePair<string, string>>? TryParse(string line, KeyValueStyle style)
    {
        List<KeyValuePair<string, string>> pairs = [];
        int i = 0;
        while (true)
        {
            while (i < line.Length && Spaces.Contains(line[i]))
                i++;
            if (i >= line.Length)
                return pairs;
            if (ReadPair(line, ref i, style) is not { } pair || !IsAllowed(pair, style))
                return null;
            pairs.Add(pair);
        }
    }

    private static KeyValuePair<string, string>? ReadPair(string line, ref int i, KeyValueStyle style)
    {
        string key = "";
        if (line[i] != '"')
        {
            int end = EndOf(line, i, KeyEnds);
            if (end < line.Length && line[end] == '=')
            {
                key = line[i..end];
                i = end + 1;
                if (key.Length == 0)
                    return null;
            }
            else if (style.HasFlag(KeyValueStyle.OmitValues))
            {
                key = line[i..end];
                i = end;
                return KeyValuePair.Create(key, "");
            }
            else if (!style.HasFlag(KeyValueStyle.OmitKeys))
            {
                return null;
            }
        }

        if (i < line.Length && line[i] == '"')
        {
            string? quoted = style.HasFlag(KeyValueStyle.Quoted) ? QuotedText.ReadCString(line, ref i)
                : style.HasFlag(KeyValueStyle.QString) ? QuotedText.ReadQString(line, ref i)
                : null;
            return quoted is null ? null : KeyValuePair.Create(key, quoted);
        }

        int valueEnd = EndOf(line, i, Spaces);
        string value = line[i..valueEnd];
        i = valueEnd;
        return KeyValuePair.Create(key, value);
    }

    private static int EndOf(string line, int start, char[] ends) =>
        line.IndexOfAny(ends, start) is var end and >= 0 ? end : line.Length;

    private static bool IsAllowed(KeyValuePair<string, string> pair, KeyValueStyle style)
    {
        if (style.HasFlag(KeyValueStyle.QString))
            return true;
        bool keyless = pair.Key.Length == 0;
        return (!keyless || style.HasFlag(KeyValueStyle.OmitKeys))
            && (style.HasFlag(KeyValueStyle.Quoted) || !NeedsEscape(pair.Value, keyless))
            && (keyless || !NeedsEscape(pair.Key, true));
    }

    private static bool NeedsEscape(string text, bool alone) =>
        (alone && (text.Length == 0 || text.Contains('=', StringComparison.Ordinal))) || text.Any(c => c is <= ' ' or >= (char)127 or '\'' or '"');
}
