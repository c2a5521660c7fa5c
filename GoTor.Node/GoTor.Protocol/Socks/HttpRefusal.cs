namespace GoTor.Protocol.Socks;

/// <summary>What a browser sees that takes the SOCKS port for an HTTP proxy. socks-extensions §4.</summary>
internal static class HttpRefusal
{
    public static ReadOnlyMemory<byte> Page { get; } = WithHttpLineEnds("""
        HTTP/1.0 501 This is a SOCKS port
        Content-Type: text/html; charset=utf-8
        Cache-Control: no-store
        Connection: close

        <!DOCTYPE html>
        <html lang="en">
        <head><title>This port speaks SOCKS, not HTTP</title></head>
        <body>
        <h1>This port speaks SOCKS, not HTTP</h1>
        <p>Your browser uses this port of GoTor as an HTTP proxy. Nothing was sent through Tor.</p>
        <p>Enter the same address and port as a <b>SOCKS5 host</b> instead, leave the HTTP proxy empty, and let the
        proxy resolve names (in Firefox: "Proxy DNS when using SOCKS v5").</p>
        </body>
        </html>

        """u8);

    // Header lines end with CR LF; to HTML it is all the same.
    private static byte[] WithHttpLineEnds(ReadOnlySpan<byte> page)
    {
        List<byte> result = new(page.Length + 32);
        foreach (byte b in page)
        {
            if (b == '\n')
                result.Add((byte)'\r');
            result.Add(b);
        }

        return [.. result];
    }
}
