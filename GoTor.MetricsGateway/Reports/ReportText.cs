using System.Buffers;

namespace GoTor.MetricsGateway.Reports;

/// <summary>What names and texts of a report may look like.</summary>
internal static class ReportText
{
    /// <summary>Characters of ids and names at most.</summary>
    public const int LongestName = 64;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    /// <summary>1 to 64 of A-Z a-z 0-9 . _ -</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= LongestName && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    /// <summary>An instrument's name: words of a-z 0-9 _ with dots between them; starts with a letter.</summary>
    public static bool IsInstrumentName(string text)
    {
        if (text.Length is 0 or > 128)
            return false;
        foreach (Range word in text.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> span = text.AsSpan(word);
            if (span.IsEmpty || span.ContainsAnyExcept(NameCharacters))
                return false;
        }
        return char.IsAsciiLetterLower(text[0]);
    }

    /// <summary>A label's or component's name: a-z 0-9 _, starts with a letter.</summary>
    public static bool IsLabelName(string text) =>
        text.Length is > 0 and <= LongestName && char.IsAsciiLetterLower(text[0]) && !text.AsSpan().ContainsAnyExcept(NameCharacters);

    /// <summary>Whether a text is short enough and has neither control characters nor halves of characters.</summary>
    public static bool IsPlain(string text, int longest)
    {
        if (text.Length > longest)
            return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                return false;
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
                return false;
        }
        return true;
    }

    /// <summary>A text for people: what is not plain becomes a space, what is too long is cut.</summary>
    public static string Clean(string text, int longest)
    {
        if (IsPlain(text, longest))
            return text;
        string cut = text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
        char[] clean = cut.ToCharArray();
        for (int i = 0; i < clean.Length; i++)
        {
            if (char.IsSurrogate(clean[i]) && i + 1 < clean.Length && char.IsSurrogatePair(clean[i], clean[i + 1]))
                i++;
            else if (char.IsControl(clean[i]) || char.IsSurrogate(clean[i]))
                clean[i] = ' ';
        }
        return new string(clean);
    }

    /// <summary>What a refusal may show of a name that broke a rule.</summary>
    public static string Quote(string text) => $"'{Clean(text, 40)}{(text.Length > 40 ? "…" : "")}'";
}
