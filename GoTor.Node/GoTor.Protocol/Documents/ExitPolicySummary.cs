using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>A list of ports that most addresses may be reached on, or may not: the "p" line of a microdescriptor. dir-spec §3.3.</summary>
internal sealed class ExitPolicySummary
{
    private readonly (ushort First, ushort Last)[] _ranges;

    private ExitPolicySummary(bool accepts, (ushort First, ushort Last)[] ranges)
    {
        Accepts = accepts;
        _ranges = ranges;
    }

    public static ExitPolicySummary RejectAll { get; } = new(false, [(1, 65535)]);

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

    /// <summary>Reads <c>accept 80,443</c> or <c>reject 1-1024</c>.</summary>
    /// <exception cref="MalformedMessageException">Not a port list, a port of 0, or a range that runs backwards.</exception>
    public static ExitPolicySummary Parse(ReadOnlySpan<char> text)
    {
        bool accepts = text.StartsWith("accept ");
        if (!accepts && !text.StartsWith("reject "))
            throw new MalformedMessageException("An exit policy summary starts with accept or reject.");
        ReadOnlySpan<char> list = text[7..];
        List<(ushort, ushort)> ranges = [];
        foreach (Range part in list.Split(','))
        {
            ReadOnlySpan<char> item = list[part];
            int dash = item.IndexOf('-');
            ushort first = ParsePort(dash < 0 ? item : item[..dash]);
            ushort last = dash < 0 ? first : ParsePort(item[(dash + 1)..]);
            if (last < first)
                throw new MalformedMessageException("A port range of an exit policy summary runs backwards.");
            ranges.Add((first, last));
        }

        return new ExitPolicySummary(accepts, [.. ranges]);
    }

    private static ushort ParsePort(ReadOnlySpan<char> text) =>
        ushort.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ushort port) && port != 0
            ? port
            : throw new MalformedMessageException("Not a port number in an exit policy summary.");
}
