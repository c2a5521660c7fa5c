using System.Text;
using GoTor.Protocol.Socks;

namespace GoTor.Protocol.Http;

/// <summary>What an HTTP tunnel answers, in C tor's words. Proposal 365.</summary>
internal static class HttpTunnelReplies
{
    private const string Capabilities = "Tor-Capabilities: \r\n";
    private const string OfTunnel = Capabilities + "Via: tor/1.0 tor-network (GoTor)\r\n";
    private const string OfServer = Capabilities + "Server: tor/1.0 (GoTor)\r\n";

    public static ReadOnlyMemory<byte> Connected { get; } = Line("200 OK");

    public static ReadOnlyMemory<byte> BadRequest { get; } = Line("400 Bad Request");

    public static ReadOnlyMemory<byte> TooLong { get; } = Line("414 Request-URI Too Long");

    public static ReadOnlyMemory<byte> NoRpc { get; } = Line("501 Not implemented (No RPC Support)");

    public static ReadOnlyMemory<byte> InvalidDestination { get; } = Line("502 Bad Gateway (tor protocol violation)", "end/TORPROTOCOL");

    public static ReadOnlyMemory<byte> Options { get; } = Bytes("HTTP/1.0 200 OK\r\nAllow: OPTIONS, CONNECT\r\n" + OfServer + "\r\n");

    public static ReadOnlyMemory<byte> NotAProxy { get; } = Bytes(
        "HTTP/1.0 405 Method Not Allowed\r\nAllow: OPTIONS, CONNECT\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n" + OfServer + "\r\n"
        + """
        <!DOCTYPE html>
        <html lang="en">
        <head><title>This is a tunnel, not an HTTP proxy</title></head>
        <body>
        <h1>This is a tunnel, not an HTTP proxy</h1>
        <p>This port of GoTor carries HTTP CONNECT only. Nothing was sent through Tor.</p>
        <p>Enter it as the proxy for HTTPS, or use a SOCKS5 port instead.</p>
        </body>
        </html>

        """);

    /// <param name="reason">A name of an END reason with "end/" in front, or one of our own with "c-tor/"; null where C tor gives none.</param>
    public static byte[] Line(string status, string? reason = null) => Bytes(
        $"HTTP/1.0 {status}\r\n{OfTunnel}{(reason is null ? "" : $"Tor-Request-Failed: {reason}\r\n")}\r\n");

    /// <summary>A request that was refused before anything left the machine.</summary>
    public static ReadOnlyMemory<byte> Refused(DestinationVerdict verdict) => verdict switch
    {
        DestinationVerdict.ForbiddenByPort => Line("403 Forbidden (entry policy violation)"),
        DestinationVerdict.InternalAddress or DestinationVerdict.InternalLookup => Line("403 Forbidden (private address)", "c-tor/PRIVATE_ADDR"),
        DestinationVerdict.UnmappedVirtual => Line("502 Bad Gateway (internal error)", "end/INTERNAL"),
        DestinationVerdict.OnionService => Line("503 Service Unavailable (resolve failed)", "end/RESOLVEFAILED"),
        _ => InvalidDestination,
    };

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);
}
