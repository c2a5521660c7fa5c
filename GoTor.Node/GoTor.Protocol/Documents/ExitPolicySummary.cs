using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>A list of ports that most addresses may be reached on, or may not: the "p" line of a microdescriptor. dir-spec §3.3.</summary>
internal sealed class ExitPolicySummary
{
    /// <summary>C tor writes no more than a thousand characters.</summary>
    private const int MaxLength = 4096;

    private readonly (ushort First, ushort Last)[] _ranges;

    private ExitPolicySummary(bool accepts, (ushort First, ushort Last)[] ranges)
    {
        Accepts = accepts;
        _ranges = ranges;
    }

    public static ExitPolicySummary RejectAll { get; } = new(false, [(1, 65535)]);

    public static ExitPolicySummary AcceptAll { get; } = new(true, [(1, 65535)]);

    /// <summary>The listed ports are those accepted (true) or those rejected (false).</summary>
    public bool Accepts { get; }

    public IReadOnlyList<(ushort First, ushort Last)> Ranges => _ranges;

    public bool AllowsAnything => Accepts ? _ranges.Length > 0 : !(_ranges is [(<= 1, 65535)]);

    public bool Allows(ushort port)
    {
        foreach ((ushort first, ushort last) in _ranges)
        {
            if (port >= first && port <= last)
                return Accepts;
        }

        return !Accepts;
    }

    /// <summary>
    /// Reads <c>accept 80,443</c> or <c>reject 1-1024</c>. Items that do not begin with a digit are skipped: formats may come that we
    /// do not know.
    /// </summary>
    /// <exception cref="MalformedMessageException">
    /// Not a list, no port in it, a port of 0, a range that runs backwards, or too many.
    /// </exception>
    public static ExitPolicySummary Parse(ReadOnlySpan<char> text)
    {
        bool accepts = text.StartsWith("accept ");
        if (!accepts && !text.StartsWith("reject "))
            throw new MalformedMessageException("An exit policy summary starts with accept or reject.");
        ReadOnlySpan<char> list = text[7..];
        if (list.Length > MaxLength)
            throw new MalformedMessageException($"An exit policy summary of {list.Length} characters is too long.");
        if (accepts && list is "1-65535")
            return AcceptAll;
        if (!accepts && list is "1-65535")
            return RejectAll;
        List<(ushort, ushort)> ranges = [];
        foreach (Range part in list.Split(','))
        {
            ReadOnlySpan<char> item = list[part];
            if (item.IsEmpty || !char.IsAsciiDigit(item[0]))
                continue;
            int dash = item.IndexOf('-');
            ushort first = ParsePort(dash < 0 ? item : item[..dash]);
            ushort last = dash < 0 ? first : ParsePort(item[(dash + 1)..]);
            if (last < first)
                throw new MalformedMessageException("A port range of an exit policy summary runs backwards.");
            ranges.Add((first, last));
        }

        return ranges.Count > 0
            ? new ExitPolicySummary(accepts, [.. ranges])
            : throw new MalformedMessageException("An exit policy summary without ports.");
    }

    /// <summary>As in a "p" line.</summary>
    public override string ToString() =>
        (Accepts ? "accept " : "reject ") + string.Join(',', _ranges.Select(r => r.First == r.Last ? $"{r.First}" : $"{r.First}-{r.Last}"));

    private static ushort ParsePort(ReadOnlySpan<char> text) =>
        text.Length <= 5
        && ushort.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ushort port)
        && port != 0
            ? port
            : throw new MalformedMessageException("Not a port number in an exit policy summary.");
}
