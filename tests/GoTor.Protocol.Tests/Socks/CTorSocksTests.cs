using GoTor.Protocol.Socks;

namespace GoTor.Protocol.Tests.Socks;

/// <summary>
/// The requests and verdicts of C tor 0.4.9.11's src/test/test_socks.c, and what that version answered on a real port where its
/// unit tests do not look at the answer. Where C tor forgets the first of two replies to one segment, we send both.
/// </summary>
public sealed class CTorSocksTests
{
    private const string NoAuth = "\x05\x01\0";
    private const string Password = "\x05\x01\x02";
    private const string Failure4 = "005b000000000000";

    [Theory]
    [InlineData("\x04\x01\x11\x12\x02\x02\x02\x03\0", "2.2.2.3", 4370, null)]
    [InlineData("\x04\x01\x11\x12\x02\x02\x02\x04me\0", "2.2.2.4", 4370, "me")]
    [InlineData("\x04\x01\x09\x09\0\0\0\x01hi\0www.example.com\0", "www.example.com", 0x0909, "hi")]
    public void Socks4_Connect_Complete(string bytes, string host, int port, string? user)
    {
        SocksOutcome outcome = SocksSession.Feed(bytes);
        Assert.Equal((SocksStep.Complete, "", ""), (outcome.Step, outcome.Replies, outcome.LeftOver));
        Assert.Equal((SocksVersion.Socks4, SocksCommand.Connect), (outcome.Request!.Version, outcome.Request.Command));
        Assert.Equal((host, (ushort)port, user, null), (outcome.Request.Host, outcome.Request.Port, outcome.Request.Username, outcome.Request.Password));
    }

    [Fact]
    public void Socks4a_Resolve_Complete()
    {
        SocksRequest request = SocksSession.Feed("\x04\xF0\x01\x01\0\0\0\x02me\0torproject.org\0").Request!;
        Assert.Equal((SocksCommand.Resolve, "torproject.org", "me"), (request.Command, request.Host, request.Username));
    }

    [Theory]
    [InlineData("\x04\x02\x11\x11\x02\x02\x02\x02\0", "UnsupportedCommand")] // BIND
    [InlineData("\x04\xF1\x11\x11\x02\x02\x02\x02\0", "UnsupportedCommand")] // RESOLVE_PTR is not for SOCKS 4
    [InlineData("\x04\x01\0\x50\0\0\0\0\0", "BadDestination")] // address 0
    [InlineData("\x04\x01\0\0\x01\x02\x03\x04\0", "BadDestination")] // port 0
    [InlineData("\x04\x01\0\x50\0\0\0\x01\0---\0", "BadDestination")]
    public void Socks4_BadArguments_Rejected(string bytes, string refusal)
    {
        SocksOutcome outcome = SocksSession.Feed(bytes);
        Assert.Equal((SocksStep.Refused, Failure4, refusal), (outcome.Step, outcome.Replies, outcome.Refusal.ToString()));
    }

    [Theory]
    [InlineData("\x04\x01\0\x50\x01\x02\x03\x04", "\0")] // 2,000 bytes of user name
    [InlineData("\x04\x01\0\x50\0\0\0\x01\0", "\0")] // of host name
    [InlineData("\x04\x01\0\x50\0\0\0\x01\0", "")] // of host name without an end
    public void Socks4_TwoThousandBytes_Rejected(string start, string end)
    {
        string text = start + string.Concat(Enumerable.Repeat("1234567890", 200)) + end;
        Assert.Equal((SocksStep.Refused, Failure4), (SocksSession.Feed(text).Step, SocksSession.Feed(text).Replies));
        byte[] bytes = SocksSession.Bytes(text);
        SocksOutcome slow = SocksSession.Feed(new SocksHandshakeOptions(), [.. bytes.Select(b => new[] { b })]);
        Assert.Equal((SocksStep.Refused, Failure4), (slow.Step, slow.Replies));
    }

    [Theory]
    [InlineData("\x05\x02\0\x01\x02\x02\x02\x01\x01\x01", "05070001000000000000")] // BIND
    [InlineData("\x05\x03\0\x01\x02\x02\x02\x01\x01\x01", "05070001000000000000")] // UDP ASSOCIATE
    [InlineData("\x05\x09\0\x01\x02\x02\x02\x01\x01\x01", "05010001000000000000")] // no command at all
    [InlineData("\x05\x01\x01\x01\x02\x02\x02\x01\x01\x01", "05010001000000000000")] // reserved byte
    [InlineData("\x05\x01\0\x09\x02\x02\x02\x01\x01\x01", "05010001000000000000")] // address types 9
    [InlineData("\x05\x01\0\x23\x02\x02\x02\x02\x11\x11", "05010001000000000000")] // and 0x23
    [InlineData("\x05\xF1\0\x03\x0Etorproject.org\x11\x11", "05080001000000000000")] // RESOLVE_PTR of a name
    [InlineData("\x05\x01\0\x03\x09\"\"\"\"\".com\x11\x11", "05010001000000000000")]
    [InlineData("\x05\x01\0\x03\x03---\0\x50", "05010001000000000000")]
    [InlineData("\x05\x01\0\x03\0\0\x50", "05010001000000000000")] // empty name
    [InlineData("\x05\x01\0\x03\x06\x61\xC3\xA4.de\0\x50", "05010001000000000000")] // not ASCII
    [InlineData("\x05\x01\0\x03\x05\x61\0b.c\0\x50", "05010001000000000000")] // C tor reads this as "a"
    [InlineData("\x05\x01\0\x03\x06_a.com\0\x50", "05010001000000000000")]
    [InlineData("\x05\x01\0\x03\x09[foo.com]\0\x50", "05010001000000000000")]
    [InlineData("\x05\x01\0\x03\x09[1.2.3.4]\0\x50", "05010001000000000000")]
    [InlineData("\x06\x01", "05010001000000000000")] // not version 5 any more
    public void Socks5_BadRequest_RefusedWithReply(string request, string reply)
    {
        SocksOutcome outcome = SocksSession.Feed(NoAuth + request);
        Assert.Equal((SocksStep.Refused, "0500" + reply), (outcome.Step, outcome.Replies));
    }

    [Theory]
    [InlineData("\x05\x01\0\x01\x02\x02\x02\x02\x11\x11", SocksCommand.Connect, "2.2.2.2", 4369)]
    [InlineData("\x05\x01\0\x04\x20\x02\x41\xb8\x02\x02\x0d\xeb\x02\x13\x21\xff\xfe\x20\x14\x26\0\x50", SocksCommand.Connect,
        "[2002:41b8:202:deb:213:21ff:fe20:1426]", 80)]
    [InlineData("\x05\x01\0\x03\x0Etorproject.org\x11\x11", SocksCommand.Connect, "torproject.org", 4369)]
    [InlineData("\x05\xF0\0\x03\x0Etorproject.org\x01\x02", SocksCommand.Resolve, "torproject.org", 258)]
    [InlineData("\x05\xF1\0\x01\x02\x02\x02\x05\x01\x03", SocksCommand.ResolvePtr, "2.2.2.5", 259)]
    [InlineData("\x05\xF1\0\x04\x20\x01\x0d\xb8\x85\xa3\0\0\0\0\x8a\x2e\x03\x70\x73\x34\x12\x34", SocksCommand.ResolvePtr,
        "[2001:db8:85a3::8a2e:370:7334]", 0x1234)]
    [InlineData("\x05\xF1\0\x03\x1e[2001:db8:85a3::8a2e:370:7334]\x12\x34", SocksCommand.ResolvePtr, "[2001:db8:85a3::8a2e:370:7334]", 0x1234)]
    public void Socks5_SupportedCommand_Complete(string request, object command, string host, int port)
    {
        SocksOutcome outcome = SocksSession.Feed(NoAuth + request);
        Assert.Equal((SocksStep.Complete, "0500", ""), (outcome.Step, outcome.Replies, outcome.LeftOver));
        Assert.Equal(((SocksCommand)command, host, (ushort)port), (outcome.Request!.Command, outcome.Request.Host, outcome.Request.Port));
    }

    [Theory]
    [InlineData("\x05\xF0\0\x03\x07\x38.8.8.8\x11\x11", "8.8.8.8")]
    [InlineData("\x05\xF0\0\x03\x29[2001:0db8:85a3:0000:0000:8a2e:0370:7334]\x01\x02", "[2001:0db8:85a3:0000:0000:8a2e:0370:7334]")]
    [InlineData("\x05\xF0\0\x03\x27\x32\x30\x30\x31:0db8:85a3:0000:0000:8a2e:0370:7334\x01\x02", "2001:0db8:85a3:0000:0000:8a2e:0370:7334")]
    public void Socks5_AddressAsNameWithSafeSocks_Complete(string request, string host) =>
        Assert.Equal(host, SocksSession.Feed(NoAuth + request, new SocksHandshakeOptions(SafeSocks: true)).Request!.Host);

    [Theory]
    [InlineData(Password + "\x01\x02me\x08mypasswd", "05020100", "me", "mypasswd")]
    [InlineData(Password + "\x01\0\0", "05020100", null, null)]
    [InlineData(Password + "\x01\x09<torS0X>0\x08password", "05020100", "<torS0X>0", "password")]
    [InlineData(NoAuth + "\x01\x02\x01\x01\x02\x01\x01", "05000100", "\x01\x01", "\x01\x01")] // a password that nobody asked for
    [InlineData("\x05\x02\0\x02\x01\x02me\x03you", "05020100", "me", "you")] // offers both
    public void Socks5_Authentication_Taken(string start, string replies, string? user, string? password)
    {
        SocksOutcome outcome = SocksSession.Feed(start);
        Assert.Equal((SocksStep.NeedMore, replies, ""), (outcome.Step, outcome.Replies, outcome.LeftOver));
        outcome = SocksSession.Feed(start + "\x05\x01\0\x01\x02\x02\x02\x02\x11\x11");
        Assert.Equal((SocksStep.Complete, replies), (outcome.Step, outcome.Replies));
        Assert.Equal((user, password, "2.2.2.2"), (outcome.Request!.Username, outcome.Request.Password, outcome.Request.Host));
    }

    [Theory]
    [InlineData(Password + "\x01\x08<torS0X>\x08password", "0502" + "05010001000000000000")]
    [InlineData(Password + "\x01\x09<torS0X>1\x08password", "0502" + "05010001000000000000")]
    [InlineData(Password + "\x01\x0C<torS0X>0abc\x08password", "0502" + "05010001000000000000")]
    [InlineData(Password + "\x02\x05hello\x05world", "0502" + "05010001000000000000")] // unknown version of authentication
    [InlineData(Password + "\x05\x01\0\x01\x02\x02\x02\x02\x11\x11", "0502" + "05010001000000000000")] // none at all
    [InlineData(Password + "\x01\0\0\x01\0\0", "05020100" + "05010001000000000000")] // twice
    [InlineData("\x01\x02me\x02me", "")] // before the methods
    [InlineData("\x05\x03\x99\x21\x10", "05ff")]
    [InlineData("\x05\x01\x01", "05ff")] // GSSAPI only
    [InlineData("\x05\0", "")] // no method
    [InlineData("\x06\x01\0", "")]
    public void Socks5_BadAuthentication_Refused(string bytes, string replies)
    {
        SocksOutcome outcome = SocksSession.Feed(bytes);
        Assert.Equal((SocksStep.Refused, replies), (outcome.Step, outcome.Replies));
    }

    [Fact]
    public void Socks5_PreferNoAuth_ChoosesItOnlyWhenOffered()
    {
        SocksHandshakeOptions options = new(PreferNoAuth: true);
        Assert.Equal("0500", SocksSession.Feed("\x05\x02\x02\0", options).Replies);
        Assert.Equal("0502", SocksSession.Feed(Password, options).Replies);
    }

    [Theory]
    [InlineData("GET /index.html HTTP/1.0")]
    [InlineData("HEAD / HTTP/1.1")]
    [InlineData("POST / HTTP/1.1")]
    [InlineData("CONNECT a:1 HTTP/1.1")]
    public void Http_OnSocksPort_GetsPageWithStatus501(string request)
    {
        SocksHandshake handshake = new(new SocksHandshakeOptions());
        Assert.Equal(SocksStep.Refused, handshake.Read(SocksSession.Bytes(request), out _));
        Assert.Equal(SocksRefusal.Http, handshake.Refusal);
        string page = System.Text.Encoding.UTF8.GetString(handshake.TakeReply().Span);
        Assert.StartsWith("HTTP/1.0 501 ", page, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\n<!DOCTYPE html>", page, StringComparison.Ordinal);
    }
}
