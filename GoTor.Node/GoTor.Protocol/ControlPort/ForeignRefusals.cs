namespace GoTor.Protocol.ControlPort;

/// <summary>What those see who take the control port for something else. Nothing of what they sent has been acted on.</summary>
internal static class ForeignRefusals
{
    /// <summary>For browsers: a web page may have sent them here to try its luck.</summary>
    public static ReadOnlyMemory<byte> Http { get; } =
        ("HTTP/1.0 501 Tor ControlPort is not an HTTP proxy\r\n"u8
        + "Content-Type: text/html; charset=iso-8859-1\r\n\r\n"u8
        + "<html>\n<head>\n<title>This is a control port, not an HTTP proxy</title>\n</head>\n<body>\n"u8
        + "<h1>This is a control port, not an HTTP proxy</h1>\n"u8
        + "<p>Your browser uses the control port of GoTor as an HTTP proxy. Nothing was done and nothing was sent.\n"u8
        + "Set the SOCKS port (9050 unless you have changed it) as a SOCKS5 proxy instead, and let the proxy resolve names.</p>\n"u8
        + "</body>\n</html>\n"u8).ToArray();

    /// <summary>An error in the binary protocol of before 2006: length, type 0 (error), code 1, text.</summary>
    public static ReadOnlyMemory<byte> Version0 { get; } = MakeVersion0(
        "The v0 control protocol is not supported by Tor 0.1.2.17 and later; upgrade your controller."u8);

    private static byte[] MakeVersion0(ReadOnlySpan<byte> text)
    {
        int body = 2 + text.Length + 2;
        return [(byte)(body >> 8), (byte)body, 0, 0, 0, 1, .. text, 0, 0];
    }
}
