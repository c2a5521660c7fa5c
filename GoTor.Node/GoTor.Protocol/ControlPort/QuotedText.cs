using System.Text;

namespace GoTor.Protocol.ControlPort;

/// <summary>The two kinds of quoted text in the control protocol. Bytes that are not UTF-8 do not survive.</summary>
internal static class QuotedText
{
    /// <summary>Quotes as a C string with everything but printable ASCII escaped (C tor's esc_for_log). control-spec §2.1.1.</summary>
    public static string Quote(string text)
    {
        StringBuilder quoted = new(text.Length + 2);
        quoted.Append('"');
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            switch (b)
            {
                case (byte)'\\' or (byte)'"' or (byte)'\'':
                    quoted.Append('\\').Append((char)b);
                    break;
                case (byte)'\t':
                    quoted.Append("\\t");
                    break;
                case (byte)'\n':
                    quoted.Append("\\n");
                    break;
                case (byte)'\r':
                    quoted.Append("\\r");
                    break;
                case >= 32 and < 127:
                    quoted.Append((char)b);
                    break;
                default:
                    quoted.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7)));
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Reads a C string that starts at <paramref name="position"/>, which moves behind its closing quote.</summary>
    /// <returns>Null when it is not one, or holds a NUL.</returns>
    public static string? ReadCString(string text, ref int position)
    {
        List<byte> bytes = [];
        for (int i = position + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    position = i + 1;
                    return Encoding.UTF8.GetString([.. bytes]);
                case '\\':
                    if (++i >= text.Length || Escaped(text, ref i) is not { } escaped)
                        return null;
                    bytes.Add(escaped);
                    break;
                case '\n':
                    return null;
                default:
                    int length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                    bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                    i += length - 1;
                    break;
            }
        }

        return null;
    }

    /// <summary>Reads a QuotedString, in which a backslash only stands before what is meant as it is. Used for passwords.</summary>
    /// <returns>Null when it is not one.</returns>
    public static string? ReadQString(string text, ref int position)
    {
        StringBuilder value = new();
        for (int i = position + 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                position = i + 1;
                return value.ToString();
            }

            if (text[i] == '\\' && ++i >= text.Length)
                return null;
            value.Append(text[i]);
        }

        return null;
    }

    private static byte? Escaped(string text, ref int i)
    {
        switch (text[i])
        {
            case 'n': return (byte)'\n';
            case 't': return (byte)'\t';
            case 'r': return (byte)'\r';
            case '"' or '\\' or '\'': return (byte)text[i];
            case 'x' or 'X':
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                    return null;
                byte hex = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                i += 2;
                return hex == 0 ? null : hex;
            case >= '0' and <= '7':
                int code = 0;
                int digits = 0;
                while (digits < 3 && i + digits < text.Length && text[i + digits] is >= '0' and <= '7')
                    code = (code * 8) + (text[i + digits++] - '0');
                i += digits - 1;
                return code is > 0 and < 256 ? (byte)code : null;
            default: return null;
        }
    }
}
