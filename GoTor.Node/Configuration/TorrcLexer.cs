using System.Text;

namespace GoTor.Node.Configuration;

/// <summary>
/// Splits the text of a torrc into lines of option and value: comments, quoted values with escapes, lines continued with a
/// backslash, <c>+Option</c> and <c>/Option</c>. Never throws: what it cannot read becomes a problem with its line number.
/// </summary>
internal static class TorrcLexer
{
    /// <summary>A longer line is a file that is not a torrc.</summary>
    private const int MaxLineLength = 1 << 20;

    public static List<ConfigLine> Read(string text, string file, List<ConfigProblem> problems)
    {
        List<ConfigLine> lines = [];
        string[] physical = text.TrimStart('\uFEFF').Split('\n');
        for (int i = 0; i < physical.Length; i++)
        {
            ConfigSource source = new(file, i + 1);
            string line = physical[i].TrimEnd('\r');
            if (line.Contains('\0', StringComparison.Ordinal))
            {
                problems.Add(new ConfigProblem(source, "The file contains a NUL byte: it is not a torrc."));
                return lines;
            }

            string logical = Join(physical, ref i, line);
            if (logical.Length > MaxLineLength)
            {
                problems.Add(new ConfigProblem(source, $"The line is longer than {MaxLineLength} characters."));
                continue;
            }

            if (Parse(logical, source, problems) is { } parsed)
                lines.Add(parsed);
        }

        return lines;
    }

    /// <summary>Puts continued lines together. A comment line inside a continuation is skipped, as in C tor.</summary>
    private static string Join(string[] physical, ref int index, string first)
    {
        string content = first.TrimStart(' ', '\t');
        if (content.StartsWith('#') || !first.EndsWith('\\'))
            return content;
        StringBuilder joined = new(content[..^1]);
        while (++index < physical.Length)
        {
            string next = physical[index].TrimEnd('\r');
            if (next.TrimStart(' ', '\t').StartsWith('#'))
                continue;
            bool more = next.EndsWith('\\');
            joined.Append(more ? next.AsSpan(0, next.Length - 1) : next);
            if (!more)
                break;
        }

        return joined.ToString();
    }

    private static ConfigLine? Parse(string line, ConfigSource source, List<ConfigProblem> problems)
    {
        if (line.Length == 0 || line[0] == '#' || string.IsNullOrWhiteSpace(line))
            return null;
        ConfigLineMode mode = line[0] switch
        {
            '+' => ConfigLineMode.Append,
            '/' => ConfigLineMode.Clear,
            _ => ConfigLineMode.Set,
        };
        string rest = mode == ConfigLineMode.Set ? line : line[1..];
        int end = rest.AsSpan().IndexOfAny(' ', '\t', '#');
        string key = end < 0 ? rest : rest[..end];
        if (key.Length == 0)
        {
            problems.Add(new ConfigProblem(source, "An option name is missing."));
            return null;
        }

        string raw = end < 0 ? "" : rest[end..].TrimStart(' ', '\t');
        return TryReadValue(raw, source, problems, out string value) ? new ConfigLine(key, value, mode, source) : null;
    }

    private static bool TryReadValue(string raw, ConfigSource source, List<ConfigProblem> problems, out string value)
    {
        if (!raw.StartsWith('"'))
        {
            int comment = raw.IndexOf('#', StringComparison.Ordinal);
            value = (comment < 0 ? raw : raw[..comment]).Trim();
            return true;
        }

        int close = Unquote(raw, out value);
        string? wrong = close < 0 ? "A quoted value is not closed, or has an escape that does not exist."
            : raw[close..].TrimStart(' ', '\t') is { Length: > 0 } tail && tail[0] != '#' ? "Text follows the quoted value."
            : null;
        if (wrong is not null)
            problems.Add(new ConfigProblem(source, wrong));
        return wrong is null;
    }

    /// <summary>Reads a C-style string: <c>\n \t \r \" \\ \'</c>, octal and <c>\xHH</c>.</summary>
    /// <returns>The index behind the closing quote, or -1.</returns>
    private static int Unquote(string raw, out string value)
    {
        StringBuilder text = new();
        value = "";
        for (int i = 1; i < raw.Length; i++)
        {
            char c = raw[i];
            if (c == '"')
            {
                value = text.ToString();
                return i + 1;
            }

            if (c != '\\')
            {
                text.Append(c);
                continue;
            }

            if (!TryUnescape(raw, ref i, out char escaped))
                return -1;
            text.Append(escaped);
        }

        return -1;
    }

    private static bool TryUnescape(string raw, ref int index, out char value)
    {
        value = '\0';
        if (++index >= raw.Length)
            return false;
        switch (raw[index])
        {
            case 'n': value = '\n'; return true;
            case 't': value = '\t'; return true;
            case 'r': value = '\r'; return true;
            case '"' or '\\' or '\'': value = raw[index]; return true;
            case 'x' when index + 2 < raw.Length && byte.TryParse(
                raw.AsSpan(index + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte hex) && hex != 0:
                value = (char)hex;
                index += 2;
                return true;
            case >= '0' and <= '7':
                int code = 0;
                int digits = 0;
                while (digits < 3 && index + digits < raw.Length && raw[index + digits] is >= '0' and <= '7')
                    code = (code * 8) + (raw[index + digits++] - '0');
                index += digits - 1;
                value = (char)code;
                return code is > 0 and < 256;
            default: return false;
        }
    }
}
