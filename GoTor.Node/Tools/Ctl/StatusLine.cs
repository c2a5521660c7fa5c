using GoTor.Protocol.ControlPort;

namespace GoTor.Node.Tools.Ctl;

/// <summary>One line of GETINFO's lists: words in front, then keywords. control-spec §4.1.</summary>
internal sealed class StatusLine
{
    private readonly List<KeyValuePair<string, string>> _keywords = [];

    private StatusLine(string[] words) => Words = words;

    public string[] Words { get; }

    public string? this[string key]
    {
        get
        {
            foreach ((string name, string value) in _keywords)
            {
                if (name == key)
                    return value;
            }

            return null;
        }
    }

    /// <param name="maxWords">How many words may stand in front of the keywords.</param>
    /// <param name="isWord">Whether the last of them is there at all.</param>
    public static StatusLine Read(string line, int maxWords, Func<string, bool>? isWord = null)
    {
        List<string> words = [];
        string rest = line.Trim();
        while (rest.Length > 0 && words.Count < maxWords)
        {
            int space = rest.IndexOf(' ', StringComparison.Ordinal);
            string word = space < 0 ? rest : rest[..space];
            if (words.Count == maxWords - 1 && isWord is not null && !isWord(word))
                break;
            words.Add(word);
            rest = space < 0 ? "" : rest[(space + 1)..].TrimStart();
        }

        StatusLine read = new([.. words]);
        if (KeyValueLine.TryParse(rest, KeyValueStyle.Quoted | KeyValueStyle.OmitValues) is { } keywords)
            read._keywords.AddRange(keywords);
        return read;
    }

    public static IEnumerable<string> Split(string? text) => (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public string? Word(int index) => index < Words.Length ? Words[index] : null;

    /// <summary>The nickname of a relay written <c>$FINGERPRINT~nickname</c>, or the start of its fingerprint.</summary>
    public static string RelayName(string relay)
    {
        int mark = relay.AsSpan().IndexOfAny('~', '=');
        return mark >= 0 ? relay[(mark + 1)..] : relay.Length > 9 ? relay[..9] : relay;
    }
}
