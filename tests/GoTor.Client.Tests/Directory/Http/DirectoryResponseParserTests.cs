using System.Text;
using FsCheck;
using FsCheck.Xunit;
using GoTor.Client.Directory.Compression;
using GoTor.Client.Directory.Http;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Directory.Http;

public class DirectoryResponseParserTests
{
    // The headers that C tor's directory server writes (dircache.c, write_http_response_headers_impl).
    private const string Answer =
        "HTTP/1.0 200 OK\r\nDate: Tue, 24 Nov 2026 11:18:14 GMT\r\nContent-Type: text/plain\r\nX-Your-Address-Is: 192.0.2.7\r\n"
        + "Content-Encoding: deflate\r\nContent-Length: 6\r\nExpires: Tue, 24 Nov 2026 11:28:14 GMT\r\n\r\n";

    [Fact]
    public void Feed_SplitAtEveryByte_GivesTheSame()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(Answer), .. "abcdef"u8];
        for (int split = 0; split <= bytes.Length; split++)
        {
            DirectoryResponseParser parser = new(100);
            parser.Feed(bytes.AsSpan(0, split));
            Assert.Equal(split == bytes.Length, parser.IsComplete);
            parser.Feed(bytes.AsSpan(split));
            Assert.True(parser.IsComplete);
            AssertAnswer(parser.Finish());
        }

        DirectoryResponseParser single = new(100);
        foreach (byte value in bytes)
            single.Feed([value]);
        AssertAnswer(single.Finish());
    }

    [Fact]
    public void Feed_MoreThanAnnounced_IgnoresTheRest()
    {
        DirectoryResponseParser parser = new(100);
        parser.Feed([.. Encoding.ASCII.GetBytes(Answer), .. "abcdefgh"u8]);
        parser.Feed("more"u8);
        AssertAnswer(parser.Finish());
    }

    [Fact]
    public void Finish_BeforeTheAnnouncedLength_SaysSo()
    {
        DirectoryResponse response = Parse(Answer + "abc");
        Assert.False(response.IsComplete);
        Assert.Equal("abc"u8.ToArray(), response.Body.ToArray());
    }

    [Fact]
    public void Finish_WithoutLength_TakesEverything()
    {
        DirectoryResponse response = Parse("HTTP/1.1 404 Not found\r\n\r\nabc");
        Assert.Equal((404, true, ContentEncoding.Identity, (DateTimeOffset?)null), (response.Status, response.IsComplete, response.Encoding, response.Date));
        Assert.Equal(3, response.Body.Length);
    }

    [Theory]
    [InlineData("HTTP/1.0 304\r\n\r\n", 304)]
    [InlineData("HTTP/1.0 503 Directory busy, try again later\r\n\r\n", 503)]
    [InlineData("HTTP/1.0 304 Not modified\r\nContent-Length: 0\r\n\r\n", 304)]
    [InlineData("HTTP/1.0 200 OK\r\ndate: nonsense\r\ncOnTeNt-LeNgTh:0\r\n\r\n", 200)]
    public void Parse_OddButClear_IsAccepted(string text, int status) => Assert.Equal(status, Parse(text).Status);

    // reliability: 20384 and its relatives.
    [Trait("Case", "B54")]
    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: +5\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5 5\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0x5\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 101\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Encoding: x-tor-lzma\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Encoding: br\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n: no name\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nA: \0\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\nA: b\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nA: b\rC: d\r\n\r\n")]
    [InlineData("HTTP/1.0 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 600 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.0 +20 OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.0\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("")]
    [InlineData("HTTP/1.0 200 OK\r\nDate: x\r\n")]
    public void Parse_Unclear_IsRefused(string text) => Assert.Throws<MalformedMessageException>(() => Parse(text));

    [Fact]
    public void Feed_EndlessHeaders_AreRefusedEarly()
    {
        DirectoryResponseParser parser = new(100);
        byte[] piece = new byte[10_000];
        Array.Fill(piece, (byte)'a');
        parser.Feed("HTTP/1.0 200 OK\r\nX: "u8);
        parser.Feed(piece);
        parser.Feed(piece);
        parser.Feed(piece);
        Assert.Throws<MalformedMessageException>(() => parser.Feed(piece));
    }

    [Fact]
    public void Feed_MoreThanTheLimit_IsRefused()
    {
        DirectoryResponseParser parser = new(100);
        parser.Feed("HTTP/1.0 200 OK\r\n\r\n"u8);
        parser.Feed(new byte[100]);
        Assert.Throws<MalformedMessageException>(() => parser.Feed(new byte[1]));
    }

    [Property(MaxTest = 500)]
    [Trait("Case", "B39")]
    public void Feed_AnyBytes_ReadsOrIsMalformed(byte[] any, NonNegativeInt cut, bool afterAGoodHead)
    {
        byte[] head = Encoding.ASCII.GetBytes(Answer);
        byte[] bytes = [.. head.AsSpan(0, afterAGoodHead ? cut.Get % head.Length : 0), .. any];
        int split = cut.Get % (bytes.Length + 1);
        DirectoryResponseParser parser = new(100);
        try
        {
            parser.Feed(bytes.AsSpan(0, split));
            parser.Feed(bytes.AsSpan(split));
            Assert.InRange(parser.Finish().Body.Length, 0, 100);
        }
        catch (MalformedMessageException)
        {
            // The only other outcome.
        }
    }

    private static DirectoryResponse Parse(string text)
    {
        DirectoryResponseParser parser = new(100);
        parser.Feed(Encoding.Latin1.GetBytes(text));
        return parser.Finish();
    }

    private static void AssertAnswer(DirectoryResponse response)
    {
        Assert.Equal(200, response.Status);
        Assert.Equal(ContentEncoding.Deflate, response.Encoding);
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 11, 18, 14, TimeSpan.Zero), response.Date);
        Assert.True(response.IsComplete);
        Assert.Equal("abcdef"u8.ToArray(), response.Body.ToArray());
    }
}
