using System.Text;

namespace GoTor.Node.Tools.Output;

/// <summary>Makes text from elsewhere safe to show: a relay's nickname or a log line must not steer the terminal.</summary>
internal static class PlainText
{
    /// <summary>Control characters, also those of Unicode that reorder text, become question marks.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsUnsafe))
            return text;
        StringBuilder clean = new(text.Length);
        foreach (char c in text)
            clean.Append(IsUnsafe(c) ? '?' : c);
        return clean.ToString();
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) || c is (>= '\u200b' and <= '\u200f') or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
