using System.Text;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Cells.Relay;

/// <summary>ASCII text that ends with a zero byte.</summary>
internal static class NulTerminated
{
    /// <exception cref="MalformedMessageException">No zero byte, or not ASCII.</exception>
    public static string Read(ref WireReader body)
    {
        int length = body.Rest.IndexOf((byte)0);
        if (length < 0)
            throw new MalformedMessageException("The text does not end within the message.");
        ReadOnlySpan<byte> text = body.ReadBytes(length);
        body.ReadByte();
        if (!Ascii.IsValid(text))
            throw new MalformedMessageException("The text is not ASCII.");
        return Encoding.ASCII.GetString(text);
    }

    /// <exception cref="ArgumentException">The text is not ASCII or contains a zero byte; it cannot be sent as it is.</exception>
    public static void Write(ref WireWriter body, string text)
    {
        if (!Ascii.IsValid(text) || text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("Text on the wire is ASCII without zero bytes.", nameof(text));
        Encoding.ASCII.GetBytes(text, body.Take(text.Length));
        body.WriteByte(0);
    }
}
