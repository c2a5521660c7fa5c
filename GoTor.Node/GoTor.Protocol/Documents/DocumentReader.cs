using System.Buffers;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// Splits a directory document into items. dir-spec §1.2. Works on bytes in one forward pass, so its time is linear in the
/// document whatever is in it, and no multi-byte character can be cut in half.
/// </summary>
internal ref struct DocumentReader
{
    private const int MaxKeywordLength = 128;
    private static readonly SearchValues<byte> KeywordBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    private readonly ReadOnlySpan<byte> _text;

    /// <exception cref="MalformedMessageException">The text fails <see cref="DocumentText.Check"/>.</exception>
    public DocumentReader(ReadOnlySpan<byte> text)
    {
        DocumentText.Check(text);
        _text = text;
    }

    private DocumentReader(ReadOnlySpan<byte> text, int position)
    {
        _text = text;
        Position = position;
    }

    /// <summary>Where the next item starts.</summary>
    public int Position { get; private set; }

    /// <summary>For a part of a text that has passed <see cref="DocumentText.Check"/> already and that ends with a newline.</summary>
    public static DocumentReader OfChecked(ReadOnlySpan<byte> text) => new(text, 0);

    /// <returns>False at the end of the document.</returns>
    /// <exception cref="MalformedMessageException">The line has no keyword, or its object is not closed.</exception>
    public bool TryRead(out DocumentItem item)
    {
        if (Position >= _text.Length)
        {
            item = default;
            return false;
        }

        int start = Position;
        ReadOnlySpan<byte> line = TakeLine();
        int keywordEnd = line.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> keyword = keywordEnd < 0 ? line : line[..keywordEnd];
        ReadOnlySpan<byte> arguments = keywordEnd < 0 ? default : line[(keywordEnd + 1)..];
        if (keyword.Length is 0 or > MaxKeywordLength || keyword[0] == (byte)'-' || keyword.ContainsAnyExcept(KeywordBytes))
            throw new MalformedMessageException($"The line at byte {start} does not begin with a keyword.");

        ReadOnlySpan<byte> label = default;
        ReadOnlySpan<byte> body = default;
        if (Position < _text.Length && _text[Position] == (byte)'-')
            ReadObject(out label, out body);
        item = new DocumentItem(start, Position, keyword, arguments, label, body);
        return true;
    }

    private void ReadObject(out ReadOnlySpan<byte> label, out ReadOnlySpan<byte> body)
    {
        int begin = Position;
        label = LabelOf(TakeLine(), "-----BEGIN "u8);
        int bodyStart = Position;
        while (Position < _text.Length)
        {
            int lineStart = Position;
            ReadOnlySpan<byte> line = TakeLine();
            if (line.IsEmpty || line[0] != (byte)'-')
                continue;
            if (!LabelOf(line, "-----END "u8).SequenceEqual(label))
                throw new MalformedMessageException($"The object at byte {begin} ends as another than it began.");
            body = _text[bodyStart..lineStart];
            return;
        }

        throw new MalformedMessageException($"The object at byte {begin} has no end.");
    }

    private static ReadOnlySpan<byte> LabelOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> prefix)
    {
        if (line.Length <= prefix.Length + 5 || !line.StartsWith(prefix) || !line.EndsWith("-----"u8))
            throw new MalformedMessageException("A line of dashes that neither begins nor ends an object.");
        return line[prefix.Length..^5];
    }

    private ReadOnlySpan<byte> TakeLine()
    {
        // Check() saw a newline at the very end, so there is always one ahead.
        ReadOnlySpan<byte> rest = _text[Position..];
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
            throw new MalformedMessageException("A document ends with a newline.");
        Position += end + 1;
        return rest[..end];
    }
}
