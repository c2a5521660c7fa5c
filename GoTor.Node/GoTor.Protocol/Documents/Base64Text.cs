using System.Buffers;
using System.Buffers.Text;

namespace GoTor.Protocol.Documents;

/// <summary>Base64 as directory documents write it: unpadded digests on keyword lines, padded and broken into lines in objects.</summary>
internal static class Base64Text
{
    /// <summary>
    /// Decodes exactly <paramref name="destination"/> bytes, with or without padding. False for anything else, a space included.
    /// </summary>
    public static bool TryDecodeFixed(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        int padded = (destination.Length + 2) / 3 * 4;
        int unpadded = (destination.Length * 4 + 2) / 3;
        if (text.Length != unpadded && text.Length != padded)
            return false;
        Span<byte> quads = stackalloc byte[128];
        if (padded > quads.Length)
            throw new ArgumentOutOfRangeException(nameof(destination));
        quads = quads[..padded];
        text.CopyTo(quads);
        quads[text.Length..].Fill((byte)'=');
        return !text.ContainsAny((byte)' ', (byte)'\t')
            && Base64.DecodeFromUtf8(quads, destination, out int consumed, out int written) == OperationStatus.Done
            && consumed == padded
            && written == destination.Length;
    }

    /// <summary>
    /// Decodes the lines between BEGIN and END. False when it is not base64 or longer than <paramref name="maxLength"/> bytes.
    /// </summary>
    public static bool TryDecodeObject(ReadOnlySpan<byte> text, int maxLength, out byte[] bytes)
    {
        bytes = [];
        // Lines have 64 characters; allow for shorter ones, and refuse a huge body before any work on it.
        if (text.Length > maxLength * 2 + 8 || text.ContainsAny((byte)' ', (byte)'\t'))
            return false;
        byte[] buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, buffer, out int consumed, out int written) != OperationStatus.Done
            || consumed != text.Length
            || written > maxLength)
        {
            return false;
        }

        bytes = buffer[..written];
        return true;
    }
}
