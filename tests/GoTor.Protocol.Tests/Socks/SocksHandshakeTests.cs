using FsCheck.Xunit;
using GoTor.Protocol.Socks;

namespace GoTor.Protocol.Tests.Socks;

public sealed class SocksHandshakeTests
{
    /// <summary>Whole conversations of an application, with what it sends to the destination right behind.</summary>
    public static TheoryData<string> Conversations => new(
        "\x04\x01\0\x50\x05\x06\x07\x08me\0GET / HTTP/1.0",
        "\x04\x01\0\x50\0\0\0\x01\0example.com\0\x05\x01\0",
        "\x05\x01\0\x05\x01\0\x03\x0B\x65xample.com\0\x50GET / HTTP/1.0\r\n\r\n",
        "\x05\x02\0\x02\x01\x02me\x03you\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xBB\x16\x03\x01",
        "\x05\x01\x02\x01\0\0\x05\xF0\0\x03\x0B\x65xample.com\0\0",
        "\x05\x01\0\x05\x02\0\x01\x02\x02\x02\x02\0\x50",
        "\x05\x01\0\x05\x01\0\x09\x02\x02\x02\x02\0\x50",
        "\x05\x01\x02\x01\x09<torS0X>1\x01p",
        "\x05\x03\x99\x21\x10",
        "\x05\x01\0\x05\x01\0\x03\x05\x61\0b.c\0\x50",
        "\x04\x02\0\x50\x05\x06\x07\x08\0",
        "\x06\x07\x08",
        "GET / HTTP/1.0");

    [Theory]
    [MemberData(nameof(Conversations))]
    public void Read_SplitAnywhere_GivesTheSame(string conversation)
    {
        byte[] bytes = SocksSession.Bytes(conversation);
        SocksHandshakeOptions options = new();
        SocksOutcome whole = SocksSession.Feed(options, bytes);
        Assert.NotEqual(SocksStep.NeedMore, whole.Step);
        for (int first = 0; first <= bytes.Length; first++)
        {
            Assert.Equal(whole, SocksSession.Feed(options, bytes[..first], bytes[first..]));
            for (int second = first; second <= bytes.Length; second++)
                Assert.Equal(whole, SocksSession.Feed(options, bytes[..first], bytes[first..second], bytes[second..]));
        }

        Assert.Equal(whole, SocksSession.Feed(options, [.. bytes.Select(b => new[] { b })]));
    }

    [Theory]
    [InlineData("\x04\x01\x05\x05\x01\x02\x03\x04hello\0")]
    [InlineData("\x04\x01\x09\x09\0\0\0\x01hi\0www.example.com\0")]
    [InlineData("\x05\x01\0\x05\x01\0\x01\x01\x02\x03\x04\x20\x20")]
    [InlineData("\x05\x01\0\x05\x01\0\x04\x49\x20\x48\x41\x5a\x20\x45\x41\x53\x54\x45\x52\x20\x45\x47\x47\x20\x20")]
    [InlineData("\x05\x01\0\x05\x01\0\x03\x11onion.example.com\0\x50")]
    [InlineData("\x05\x01\x02\x01\x01x\x01y\x05\x01\0\x03\x11onion.example.com\0\x50")]
    public void Read_EveryTruncation_NeedsMore(string request)
    {
        for (int length = 0; length < request.Length; length++)
            Assert.Equal(SocksStep.NeedMore, SocksSession.Feed(request[..length]).Step);
        Assert.Equal(SocksStep.Complete, SocksSession.Feed(request).Step);
    }

    [Fact]
    public void Read_LongestMessages_Complete()
    {
        string name = string.Join('.', Enumerable.Repeat(new string('a', 63), 4));
        string longest = "\x05\x01\x02\x01\xFF" + new string('u', 255) + "\xFF" + new string('p', 255)
            + "\x05\x01\0\x03\xFF" + name + "\x01\xBB" + "more";
        SocksOutcome outcome = SocksSession.Feed(longest);
        Assert.Equal((SocksStep.Complete, "more"), (outcome.Step, outcome.LeftOver));
        Assert.Equal((255, 255, name), (outcome.Request!.Username!.Length, outcome.Request.Password!.Length, outcome.Request.Host));
    }

    // SafeSocks: what gives only an address is refused; names, and lookups of names, are not. TROVE-2022-002 had it the wrong way round.
    [Theory]
    [InlineData("\x04\x01\0\x50\x05\x06\x07\x08\0", true, "005b000000000000")]
    [InlineData("\x04\xF0\0\x50\x05\x06\x07\x08\0", true, "005b000000000000")]
    [InlineData("\x04\x01\0\x50\0\0\0\x01\0example.com\0", false, "")]
    [InlineData("\x05\x01\0\x05\x01\0\x01\x05\x06\x07\x08\0\x50", true, "050005020001000000000000")]
    [InlineData("\x05\x01\0\x05\xF0\0\x01\x05\x06\x07\x08\0\x50", true, "050005020001000000000000")]
    [InlineData("\x05\x01\0\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xBB", true, "050005020001000000000000")]
    [InlineData("\x05\x01\0\x05\x01\0\x03\x0B\x65xample.com\0\x50", false, "0500")]
    [InlineData("\x05\x01\0\x05\xF0\0\x03\x0B\x65xample.com\0\x50", false, "0500")]
    [InlineData("\x05\x01\0\x05\xF1\0\x01\x05\x06\x07\x08\0\x50", false, "0500")]
    public void Read_SafeSocks_RefusesWhatMayHaveLeakedALookup(string request, bool isUnsafe, string replies)
    {
        SocksOutcome safe = SocksSession.Feed(request, new SocksHandshakeOptions(SafeSocks: true));
        Assert.Equal(isUnsafe ? SocksStep.Refused : SocksStep.Complete, safe.Step);
        Assert.Equal(replies, safe.Replies);
        Assert.Equal(isUnsafe ? SocksRefusal.UnsafeSocks : null, safe.Refusal);

        SocksOutcome lax = SocksSession.Feed(request);
        Assert.Equal(SocksStep.Complete, lax.Step);
        Assert.Equal(isUnsafe, lax.Request!.IsUnsafe);
    }

    [Property(MaxTest = 500)]
    public void Read_AnyBytes_NeverThrowsAndDoesNotDependOnTheSplit(byte[] bytes, byte version, ushort at)
    {
        byte[] input = [(byte)(version % 3 == 0 ? 4 : 5), .. bytes];
        int split = at % (input.Length + 1);
        SocksHandshakeOptions options = new();
        Assert.Equal(SocksSession.Feed(options, input), SocksSession.Feed(options, input[..split], input[split..]));
    }

    [Fact]
    public void ToString_OfRequest_TellsNothing() =>
        Assert.Equal("[scrubbed]", SocksSession.Feed("\x05\x01\0\x05\x01\0\x03\x0B\x65xample.com\0\x50").Request!.ToString());
}
