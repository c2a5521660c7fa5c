using GoTor.Protocol.ControlPort;

namespace GoTor.Node.Tools.Controllers;

/// <summary>One line of an answer, with the data that followed it, if any (without its last line break).</summary>
internal sealed record ControlAnswerLine(int Code, string Text, string? Data);

/// <summary>A whole answer or event: all lines up to the one that ends it.</summary>
internal sealed record ControlAnswer(IReadOnlyList<ControlAnswerLine> Lines)
{
    /// <summary>Of the last line, which decides.</summary>
    public int Code => Lines[^1].Code;

    public bool IsOk => Code / 100 == 2;

    public bool IsEvent => Code / 100 == 6;

    /// <summary>What the node says when it refuses.</summary>
    public string Problem => string.Join("; ", Lines.Where(line => line.Code / 100 != 2).Select(line => $"{line.Text} ({line.Code})"));

    /// <summary>Keys and values as GETINFO and GETCONF answer them, in order; a key without a value has null.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Values()
    {
        foreach (ControlAnswerLine line in Lines)
        {
            if (line.Code != 250 || line.Text == "OK")
                continue;
            int equals = line.Text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                yield return new(line.Text, null);
            else
                yield return new(line.Text[..equals], line.Data ?? Unquoted(line.Text[(equals + 1)..]));
        }
    }

    private static string Unquoted(string value)
    {
        int position = 0;
        return value.StartsWith('"') && QuotedText.ReadCString(value, ref position) is { } text && position == value.Length ? text : value;
    }
}
