using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// One item of a directory document: a keyword line and the object that may follow it. A view of the text; copies nothing.
/// </summary>
internal readonly ref struct DocumentItem(
    int start,
    int end,
    ReadOnlySpan<byte> keyword,
    ReadOnlySpan<byte> arguments,
    ReadOnlySpan<byte> objectLabel,
    ReadOnlySpan<byte> objectBase64)
{
    /// <summary>Where the keyword starts in the document.</summary>
    public int Start { get; } = start;

    /// <summary>One past the item's last newline.</summary>
    public int End { get; } = end;

    public ReadOnlySpan<byte> Keyword { get; } = keyword;

    /// <summary>The rest of the line, without the space after the keyword; spaces inside and at its end are as they came.</summary>
    public ReadOnlySpan<byte> Arguments { get; } = arguments;

    /// <summary>The words between BEGIN and the dashes; empty when the item has no object.</summary>
    public ReadOnlySpan<byte> ObjectLabel { get; } = objectLabel;

    public ReadOnlySpan<byte> ObjectBase64 { get; } = objectBase64;

    public bool HasObject => !ObjectLabel.IsEmpty;

    public bool Is(ReadOnlySpan<byte> keyword) => Keyword.SequenceEqual(keyword);

    public ArgumentReader ReadArguments() => new(Arguments);

    /// <summary>The decoded object.</summary>
    /// <exception cref="MalformedMessageException">There is none, its label is another, it is not base64, or it is too long.</exception>
    public byte[] DecodeObject(ReadOnlySpan<byte> label, int maxLength)
    {
        if (!ObjectLabel.SequenceEqual(label))
            throw new MalformedMessageException($"Item {KeywordText} lacks the object that it must have.");
        return Base64Text.TryDecodeObject(ObjectBase64, maxLength, out byte[] bytes)
            ? bytes
            : throw new MalformedMessageException($"The object of {KeywordText} is not base64 of at most {maxLength} bytes.");
    }

    /// <summary>For messages. Keywords are short ASCII by construction.</summary>
    public string KeywordText => System.Text.Encoding.ASCII.GetString(Keyword);
}
