namespace GoTor.Protocol.ControlPort;

/// <summary>What a command takes, so that mistakes are answered as C tor answers them (control_cmd.c).</summary>
internal sealed record ControlSyntax
{
    public int MinArguments { get; init; }

    /// <summary>Arguments in front of keywords.</summary>
    public int MaxArguments { get; init; } = int.MaxValue;

    public bool TakesKeywords { get; init; }

    public KeyValueStyle Style { get; init; }

    /// <summary>Null: any.</summary>
    public IReadOnlyList<string>? Keywords { get; init; }

    public bool TakesData { get; init; }

    /// <returns>The arguments, or what is wrong with them.</returns>
    public (ControlArguments? Arguments, string? Problem) Parse(ControlCommand command)
    {
        if (TakesData && command.Data is not { Length: > 0 })
            return (null, "Empty body");
        List<string> words = [];
        string rest = command.Line;
        while (words.Count < MaxArguments && rest.TrimStart(' ', '\t') is { Length: > 0 } more)
        {
            int end = more.IndexOf(' ', StringComparison.Ordinal);
            words.Add((end < 0 ? more : more[..end]).Trim());
            rest = end < 0 ? "" : more[end..];
        }

        rest = rest.Trim();
        if (words.Count < MinArguments)
            return (null, $"Need at least {MinArguments} argument(s)");
        if (rest.Length == 0)
            return (new ControlArguments(words, [], command), null);
        if (!TakesKeywords)
            return (null, $"Cannot accept more than {MaxArguments} argument(s)");
        if (KeyValueLine.TryParse(rest, Style) is not { } keywords)
            return (null, "Cannot parse keyword argument(s)");
        string? unknown = Keywords is null ? null : keywords.Select(pair => pair.Key).FirstOrDefault(key => !Keywords.Contains(key, StringComparer.OrdinalIgnoreCase));
        return unknown is null
            ? (new ControlArguments(words, keywords, command), null)
            : (null, $"Unrecognized keyword argument {QuotedText.Quote(unknown)}");
    }
}

/// <summary>A command's arguments, taken apart.</summary>
/// <param name="Words">Those in front.</param>
/// <param name="Keywords">Key and value, either of which may be empty where the syntax allows it.</param>
internal sealed record ControlArguments(IReadOnlyList<string> Words, IReadOnlyList<KeyValuePair<string, string>> Keywords, ControlCommand Command)
{
    /// <summary>The first value of a key, or null.</summary>
    public string? Find(string key)
    {
        foreach ((string name, string value) in Keywords)
        {
            if (name.Equals(key, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }

    /// <summary>The key stands there without a value.</summary>
    public bool HasFlag(string key) => Find(key) is "";

    public override string ToString() => "[scrubbed]";
}
