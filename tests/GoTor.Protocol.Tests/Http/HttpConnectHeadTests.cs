using System.Text;
using FsCheck.Xunit;
using GoTor.Protocol.Http;
using GoTor.Protocol.Socks;

namespace GoTor.Protocol.Tests.Http;

/// <summary>Cases marked so are those of C tor's test_proto_http.c and test_connection.c, and of proposal 365.</summary>
public class HttpConnectHeadTests
{
    [Theory]
    [InlineData("CONNECT example.com:443 HTTP/1.1", "example.com", 443)]
    [InlineData("connect EXAMPLE.com:80 HTTP/1.0", "EXAMPLE.com", 80)]
    [InlineData("CONNECT 192.0.2.1:443 HTTP/1.1", "192.0.2.1", 443)]
    [InlineData("CONNECT [2001:db8::1]:443 HTTP/1.1", "[2001:db8::1]", 443)]
    [InlineData("CONNECT example.com:0 HTTP/1.1", "example.com", 0)]
    public void Parse_Connect_IsARequest(string line, string host, int port)
    {
        HttpConnectHead head = Parse(line, "Host: whatever.example", "Proxy-Connection: Keep-Alive", "User-Agent: curl/8.0");
        Assert.Equal(HttpConnectVerdict.Connect, head.Verdict);
        Assert.Equal((host, (ushort)port, SocksCommand.Connect), (head.Request!.Host, head.Request.Port, head.Request.Command));
        Assert.Null(head.Request.Username);
        Assert.Null(head.Request.Password);
        Assert.False(head.Request.IsUnsafe);
    }

    [Fact]
    public void Parse_IsolationHeaders_BecomeCredentials()
    {
        // Proposal 365: Proxy-Authorization, Tor-Stream-Isolation and X-Tor-Stream-Isolation each isolate.
        SocksRequest Of(params string[] fields) => Parse(["CONNECT example.com:443 HTTP/1.1", .. fields]).Request!;
        string[] keys =
        [
            .. new[]
            {
                Of(), Of("Tor-Stream-Isolation: a"), Of("X-Tor-Stream-Isolation: a"), Of("Tor-Stream-Isolation: b"),
                Of("tor-stream-isolation: a", "X-Tor-Stream-Isolation: a"), Of("Proxy-Authorization: Basic dG9yOmE="),
                Of("Proxy-Authorization: Basic dG9yOmE=", "Tor-Stream-Isolation: a"),
            }.Select(request => $"{request.Username}/{request.Password}"),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal("a\x01\xff\x01\xff", Of("Tor-Stream-Isolation: a").Password);
    }

    // C tor: test_connection.c, test_using_old_proxy_auth.
    [Theory]
    [InlineData("Basic dG9yOg==", false)]
    [InlineData("Basic dG9yOmZvbw==", false)]
    [InlineData("bAsIc   dG9yOmZvbw==", false)]
    [InlineData("Basic bm90dG9yOmZvbw==", true)]
    [InlineData("Digest whatever", true)]
    [InlineData("Basic ====", true)]
    [InlineData("Basic", true)]
    public void Parse_ProxyAuthorization_KnowsTheOldForm(string value, bool isOld) =>
        Assert.Equal(isOld, Parse("CONNECT example.com:443 HTTP/1.1", $"Proxy-Authorization: {value}").HasOldAuthorization);

    [Theory]
    [InlineData("CONNECT example.com HTTP/1.1", "400 Bad Request")]
    [InlineData("CONNECT example.com:99999 HTTP/1.1", "400 Bad Request")]
    [InlineData("CONNECT example.com:+80 HTTP/1.1", "400 Bad Request")]
    [InlineData("CONNECT :80 HTTP/1.1", "400 Bad Request")]
    [InlineData("CONNECT ::1:80 HTTP/1.1", "400 Bad Request")]
    [InlineData("CONNECT http://example.com:80 HTTP/1.1", "400 Bad Request")]
    [InlineData("CONNECT user@example.com:80 HTTP/1.1", "502 Bad Gateway (tor protocol violation)")]
    [InlineData("CONNECT exa/mple.com:80 HTTP/1.1", "502 Bad Gateway (tor protocol violation)")]
    public void Parse_BadTarget_IsRefused(string line, string status) => AssertReply(Parse(line), status);

    [Fact]
    public void Parse_TooLongHost_Is414() => AssertReply(Parse($"CONNECT {new string('a', 256)}:80 HTTP/1.1"), "414 Request-URI Too Long");

    [Fact]
    public void Parse_RpcTarget_Is501() =>
        AssertReply(Parse("CONNECT example.com:80 HTTP/1.1", "Tor-RPC-Target: x"), "501 Not implemented (No RPC Support)");

    [Theory]
    [InlineData("Content-Length: 5")]
    [InlineData("Content-Length: 0, 5")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding : chunked")]
    [InlineData(" folded")]
    [InlineData("Host: a\r\nHost: b")]
    [InlineData("Tor-Stream-Isolation: a\r\ntor-stream-isolation: b")]
    [InlineData("Proxy-Authorization: a\r\nProxy-Authorization: b")]
    [InlineData("X: a\nTransfer-Encoding: chunked")]
    [InlineData("X: a\rY: b")]
    [InlineData("X: a\0b")]
    [InlineData("no colon")]
    [InlineData(": no name")]
    public void Parse_WhatTwoReadersCouldReadDifferently_IsRefused(string fields) =>
        AssertReply(Parse("CONNECT example.com:80 HTTP/1.1", fields), "400 Bad Request");

    [Fact]
    public void Parse_EmptyBody_IsAccepted() =>
        Assert.Equal(HttpConnectVerdict.Connect, Parse("CONNECT example.com:80 HTTP/1.1", "Content-Length: 0").Verdict);

    // C tor: connection_ap_process_http_connect, host_header_is_localhost.
    [Theory]
    [InlineData("OPTIONS * HTTP/1.0", "Host: localhost", "200 OK")]
    [InlineData("OPTIONS * HTTP/1.0", "Host: 127.0.0.1:9080", "200 OK")]
    [InlineData("OPTIONS * HTTP/1.0", "Host: [::1]:9080", "200 OK")]
    [InlineData("GET / HTTP/1.1", "Host: LOCALHOST:9080", "405 Method Not Allowed")]
    [InlineData("GET http://localhost:9080/ HTTP/1.1", "Host: localhost:9080", "405 Method Not Allowed")]
    [InlineData("POST / HTTP/1.1", "Host: 127.8.8.8", "405 Method Not Allowed")]
    public void Parse_OtherMethodsForThisMachine_AreAnswered(string line, string host, string status) => AssertReply(Parse(line, host), status);

    [Theory]
    [InlineData("GET / HTTP/1.1", "Host: rebind.example")]
    [InlineData("GET / HTTP/1.1", "Host: localhost.rebind.example")]
    [InlineData("GET / HTTP/1.1", "X: y")]
    [InlineData("GET http://rebind.example/ HTTP/1.1", "Host: localhost")]
    [InlineData("GET http://example.com/ HTTP/1.1", "Host: example.com")]
    [InlineData("OPTIONS * HTTP/1.1", "Host: rebind.example:9080")]
    [InlineData("GET / HTTP/1.1", "Host: 192.0.2.1")]
    [InlineData("GET / HTTP/1.1", "Host: localhost\r\nHost: localhost")]
    [InlineData("PRI * HTTP/2.0", "Host: localhost")]
    [InlineData("nonsense", "Host: localhost")]
    [InlineData("CONNECT  example.com:80 HTTP/1.1", "Host: localhost")]
    public void Parse_WhatIsNotForUs_HearsNothing(string line, string field) =>
        Assert.Equal(HttpConnectVerdict.CloseSilently, Parse(line, field).Verdict);

    [Property]
    public void Parse_Anything_EndsInAVerdict(byte[] bytes)
    {
        byte[] head = [.. bytes, .. "\r\n\r\n"u8];
        Assert.NotEqual(HttpConnectVerdict.Connect, HttpConnectHead.Parse(head.AsSpan(0, HttpConnectHead.FindEnd(head))).Verdict);
    }

    private static HttpConnectHead Parse(params string[] lines) =>
        HttpConnectHead.Parse(Encoding.Latin1.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"));

    private static void AssertReply(HttpConnectHead head, string status)
    {
        Assert.Equal(HttpConnectVerdict.Reply, head.Verdict);
        Assert.StartsWith($"HTTP/1.0 {status}\r\nTor-Capabilities: \r\n".Split('\r')[0], Encoding.ASCII.GetString(head.Reply.Span), StringComparison.Ordinal);
    }
}
