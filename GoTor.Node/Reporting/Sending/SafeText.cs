namespace GoTor.Node.Reporting.Sending;

/// <summary>Text of others, fit for our log: one line of printable ASCII, not long.</summary>
internal static class SafeText
{
    public static string Of(string text, int maxLength)
    {
        int length = Math.Min(text.Length, maxLength);
        return string.Create(length, text, static (line, source) =>
        {
            for (int i = 0; i < line.Length; i++)
                line[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        });
    }
}
