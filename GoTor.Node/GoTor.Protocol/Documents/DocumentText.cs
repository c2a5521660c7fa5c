using System.Text.Unicode;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Documents;

/// <summary>
/// What every directory document must be before anyone looks at its lines. dir-spec §1.2. All checks are one linear pass.
/// </summary>
internal static class DocumentText
{
    /// <exception cref="MalformedMessageException">
    /// Empty, not ending with a newline, or with a NUL, a CR, a byte order mark or broken UTF-8.
    /// </exception>
    public static void Check(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[^1] != (byte)'\n')
            throw new MalformedMessageException("A document ends with a newline.");
        if (text.IndexOfAny((byte)0, (byte)'\r') >= 0)
            throw new MalformedMessageException("A document has a NUL or a carriage return in it.");
        if (text.StartsWith("\uFEFF"u8))
            throw new MalformedMessageException("A document begins with a byte order mark.");
        if (!Utf8.IsValid(text))
            throw new MalformedMessageException("A document is not UTF-8.");
    }

    /// <summary>The line at <paramref name="start"/>, without its newline. The text has passed <see cref="Check"/>.</summary>
    public static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> text, int start)
    {
        ReadOnlySpan<byte> rest = text[start..];
        int end = rest.IndexOf((byte)'\n');
        return end < 0 ? rest : rest[..end];
    }
}
