using System.Text;
using GoTor.Protocol.Socks;

namespace GoTor.Protocol.Http;

/// <summary>What a head leads to.</summary>
internal enum HttpConnectVerdict
{
    /// <summary>There is a request. What follows the head belongs to the tunnel.</summary>
    Connect,

    /// <summary>Send the reply, and close.</summary>
    Reply,

    /// <summary>
    /// Close without a word: it is not HTTP, or a web page that tries to reach us under a name of its own (DNS rebinding) and must not learn
    /// what is here.
    /// </summary>
    CloseSilently,
}

/// <summary>
/// The head of an HTTP request at a port that is a CONNECT tunnel and nothing else. Proposal 365; C tor's
/// connection_ap_process_http_connect. Stricter than C tor where two readers could understand two things (request smuggling).
/// </summary>
internal sealed class HttpConnectHead
{
    /// <summary>In bytes, with the empty line.</summary>
    public const int MaxLength = 8192;

    /// <summary>As long as a name in SOCKS 5 can be.</summary>
    private const int MaxHostLength = 255;

    // Where two of a kind could be read as either, there must be one.
    private static readonly string[] Single = ["Host", "Proxy-Authorization", "Tor-Stream-Isolation", "X-Tor-Stream-Isolation", "Content-Length"];

    private HttpConnectHead(HttpConnectVerdict verdict) => Verdict = verdict;

    public HttpConnectVerdict Verdict { get; }

    /// <summary>Set with <see cref="HttpConnectVerdict.Connect"/>.</summary>
    public SocksRequest? Request { get; private init; }

    /// <summary>Set with <see cref="HttpConnectVerdict.Reply"/>.</summary>
    public ReadOnlyMemory<byte> Reply { get; private init; }

    /// <summary>Proxy-Authorization is not Basic with the user name "tor": it isolates all the same, but later versions may read it otherwise.</summary>
    public bool HasOldAuthorization { get; private init; }

    /// <summary>The length of the head with its empty line, or -1 when it is not complete yet.</summary>
    public static int FindEnd(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }

    /// <param name="head">Everything up to and with the empty line.</param>
    public static HttpConnectHead Parse(ReadOnlySpan<byte> head)
    {
        // One char per byte: names and isolation need nothing else.
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n")[..^2];
        if (lines[0].Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, string version]
            || !version.StartsWith("HTTP/1.", StringComparison.Ordinal))
            return Silence;
        bool isConnect = method.Equals("CONNECT", StringComparison.OrdinalIgnoreCase);
        if (!TryReadFields(lines.AsSpan(1), out Dictionary<string, string> fields))
            return isConnect ? Say(HttpTunnelReplies.BadRequest) : Silence;
        if (isConnect)
            return Connect(target, fields);
        if (!IsForThisMachine(target, fields))
            return Silence;
        return Say(method.Equals("OPTIONS", StringComparison.OrdinalIgnoreCase) ? HttpTunnelReplies.Options : HttpTunnelReplies.NotAProxy);
    }

    private static HttpConnectHead Silence { get; } = new(HttpConnectVerdict.CloseSilently);

    private static HttpConnectHead Say(ReadOnlyMemory<byte> reply) => new(HttpConnectVerdict.Reply) { Reply = reply };

    private static HttpConnectHead Connect(string target, Dictionary<string, string> fields)
    {
        // A tunnel has no body: whoever announces one may be read by another proxy as saying something else.
        if (fields.ContainsKey("Transfer-Encoding") || fields.GetValueOrDefault("Content-Length", "0") != "0")
            return Say(HttpTunnelReplies.BadRequest);
        if (!TrySplitAuthority(target, out string host, out ushort port))
            return Say(HttpTunnelReplies.BadRequest);
        if (host.Length > MaxHostLength)
            return Say(HttpTunnelReplies.TooLong);
        if (fields.ContainsKey("Tor-RPC-Target"))
            return Say(HttpTunnelReplies.NoRpc);
        if (!HostName.IsValidDestination(host))
            return Say(HttpTunnelReplies.InvalidDestination);
        string? authorization = fields.GetValueOrDefault("Proxy-Authorization");
        return new HttpConnectHead(HttpConnectVerdict.Connect)
        {
            Request = new SocksRequest
            {
                Version = SocksVersion.Http,
                Command = SocksCommand.Connect,
                AddressType = SocksAddressType.Name,
                Host = host,
                Port = port,
                Username = authorization,
                Password = Isolation(fields),
            },
            HasOldAuthorization = authorization is not null && !IsBasicTor(authorization),
        };
    }

    /// <summary>Two headers in one field, kept apart by what C tor keeps them apart by.</summary>
    private static string? Isolation(Dictionary<string, string> fields)
    {
        string? plain = fields.GetValueOrDefault("Tor-Stream-Isolation");
        string? extended = fields.GetValueOrDefault("X-Tor-Stream-Isolation");
        return plain is null && extended is null ? null : $"{plain}\x01\xFF\x01\xFF{extended}";
    }

    private static bool IsBasicTor(string authorization)
    {
        const string scheme = "Basic ";
        if (!authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        Span<byte> credential = stackalloc byte[MaxLength];
        return Convert.TryFromBase64String(authorization[scheme.Length..].Trim(), credential, out int length)
            && credential[..length].StartsWith("tor:"u8);
    }

    private static bool TryReadFields(ReadOnlySpan<string> lines, out Dictionary<string, string> fields)
    {
        fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);

            // A blank in front continues a line, and one before the colon hides a field: both are read differently by different programs.
            if (colon <= 0 || !IsToken(line.AsSpan(0, colon)) || HasControls(line.AsSpan(colon + 1)))
                return false;
            string name = line[..colon];
            string value = line[(colon + 1)..].Trim(' ', '\t');
            if (!fields.TryAdd(name, value) && Single.Contains(name, StringComparer.OrdinalIgnoreCase))
                return false;
        }

        return true;
    }

    /// <summary>The names of this machine are the only ones under which a browser may talk to us.</summary>
    private static bool IsForThisMachine(string target, Dictionary<string, string> fields)
    {
        string? authority = fields.GetValueOrDefault("Host");

        // Where the target is a whole address, that is what counts.
        int scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            string rest = target[(scheme + 3)..];
            int end = rest.AsSpan().IndexOfAny('/', '?', '#');
            authority = end < 0 ? rest : rest[..end];
        }

        if (authority is null)
            return false;
        string host = TrySplitAuthority(authority, out string named, out _) ? named : authority;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (HostName.TryParseAddress(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));
    }

    private static bool TrySplitAuthority(string authority, out string host, out ushort port)
    {
        int colon = authority.LastIndexOf(':');
        host = colon > 0 ? authority[..colon] : "";
        port = 0;
        return colon > 0
            && (host[0] == '[' ? host[^1] == ']' : !host.Contains(':', StringComparison.Ordinal))
            && ushort.TryParse(authority.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out port);
    }

    private static bool IsToken(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    private static bool HasControls(ReadOnlySpan<char> value)
    {
        foreach (char c in value)
        {
            if ((c < ' ' && c != '\t') || c == '\x7F')
                return true;
        }

        return false;
    }
}
