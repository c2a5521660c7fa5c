using System.Net;
using FsCheck.Xunit;
using GoTor.Protocol.Dns;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Dns;

public class DnsMessageTests
{
    // What "dig www.example.com A" (BIND 9.18) sends, EDNS and cookie included.
    private const string DigA =
        "a1b2" + "0120" + "0001" + "0000" + "0000" + "0001"
        + "03777777" + "076578616d706c65" + "03636f6d" + "00" + "0001" + "0001"
        + "00" + "0029" + "04d0" + "00000000" + "000c" + "000a" + "0008" + "0011223344556677";

    [Fact]
    public void Parse_DigsQuery_IsUnderstood()
    {
        DnsQuery query = DnsQuery.Parse(Convert.FromHexString(DigA));
        Assert.Equal(0xA1B2, query.Id);
        Assert.Equal(0x0100, query.KeptFlags);
        Assert.True(query.IsStandard);
        Assert.Equal(new DnsQuestion("www.example.com", DnsType.A, 1, 12), Assert.Single(query.Questions));
    }

    // RFC 1035 §4.1.4: the example of compression, as questions.
    [Fact]
    public void Parse_CompressedNames_AreReadToTheirEnd()
    {
        DnsQuery query = DnsQuery.Parse(Convert.FromHexString(
            "0001" + "0100" + "0002" + "0000" + "0000" + "0000"
            + "0146" + "03495349" + "0441525041" + "00" + "0001" + "0001"
            + "03464f4f" + "c00c" + "001c" + "0001"));
        Assert.Equal(["F.ISI.ARPA", "FOO.F.ISI.ARPA"], query.Questions.Select(question => question.Name));
    }

    [Fact]
    public void Parse_EveryTruncatedPrefix_IsMalformed()
    {
        byte[] packet = Convert.FromHexString(DigA)[..33];
        DnsQuery.Parse(packet);
        for (int length = 0; length < packet.Length; length++)
            Assert.Throws<MalformedMessageException>(() => DnsQuery.Parse(packet.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("c00c" + "00010001")] // To itself.
    [InlineData("0161" + "c00c" + "00010001")] // To its own start.
    [InlineData("c00e" + "c00c" + "00010001")] // Forward, and back.
    [InlineData("c0ff" + "00010001")] // Behind the end.
    [InlineData("c000" + "00010001")] // Into the header.
    [InlineData("80" + "00010001")] // A kind of label that does not exist.
    [InlineData("0361622e" + "00" + "00010001")] // A dot in a label.
    [InlineData("03610062" + "00" + "00010001")] // A NUL in a label.
    public void Parse_HostileName_IsMalformed(string question) => Assert.Throws<MalformedMessageException>(
        () => DnsQuery.Parse(Convert.FromHexString("0001" + "0100" + "0001" + "0000" + "0000" + "0000" + question)));

    [Fact]
    public void Parse_NameOver255_IsMalformed()
    {
        string labels = string.Concat(Enumerable.Repeat("3f" + string.Concat(Enumerable.Repeat("61", 63)), 5));
        Assert.Throws<MalformedMessageException>(
            () => DnsQuery.Parse(Convert.FromHexString("0001" + "0100" + "0001" + "0000" + "0000" + "0000" + labels + "00" + "00010001")));
    }

    [Theory]
    [InlineData("0001" + "8100" + "0000" + "000000000000")] // An answer.
    [InlineData("0001" + "0100" + "ffff" + "000000000000")] // 65,535 questions.
    public void Parse_NoQuery_IsMalformed(string packet) =>
        Assert.Throws<MalformedMessageException>(() => DnsQuery.Parse(Convert.FromHexString(packet)));

    [Fact]
    public void Parse_OtherOpcode_IsNoStandardQuery() =>
        Assert.False(DnsQuery.Parse(Convert.FromHexString("0001" + "2900" + "0001" + "000000000000")).IsStandard);

    [Fact]
    public void Address_RepeatsTheQuestion_AndPointsAtItsName()
    {
        DnsQuery query = DnsQuery.Parse(Convert.FromHexString(DigA));
        byte[] reply = DnsReply.Address(query, query.Supported!, IPAddress.Parse("192.0.2.7"), TimeSpan.FromSeconds(5));

        // RFC 1035 §4.1: QR, RD as asked, RA; one question, one answer; a time to live of at least 60 seconds.
        Assert.Equal(
            "a1b2" + "8180" + "0001" + "0001" + "0000" + "0000" + "03777777" + "076578616d706c65" + "03636f6d" + "00" + "0001" + "0001"
            + "c00c" + "0001" + "0001" + "0000003c" + "0004" + "c0000207",
            Convert.ToHexStringLower(reply));
    }

    [Fact]
    public void Name_AnswersPtr()
    {
        DnsQuery query = DnsQuery.Parse(Convert.FromHexString(
            "0001" + "0100" + "0001" + "0000" + "0000" + "0000" + "0137" + "0132" + "0130" + "03313932" + "07696e2d61646472" + "0461727061" + "00" + "000c0001"));
        Assert.Equal(IPAddress.Parse("192.0.2.7"), DnsQuery.AddressOfReverseName(query.Questions[0].Name));
        byte[] reply = DnsReply.Name(query, query.Supported!, "a.example", TimeSpan.FromSeconds(90))!;
        Assert.EndsWith("c00c" + "000c" + "0001" + "0000005a" + "000b" + "0161" + "076578616d706c65" + "00", Convert.ToHexStringLower(reply), StringComparison.Ordinal);
        Assert.Null(DnsReply.Name(query, query.Supported!, "a..b", TimeSpan.Zero));
        Assert.Null(DnsReply.Name(query, query.Supported!, new string('a', 64), TimeSpan.Zero));
    }

    [Theory]
    [InlineData("b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.IP6.ARPA.", "4321:0:1:2:3:4:567:89ab")] // RFC 3596 §2.5.
    [InlineData("1.0.0.127.in-addr.arpa", "127.0.0.1")]
    [InlineData("0.0.127.in-addr.arpa", null)]
    [InlineData("256.0.0.127.in-addr.arpa", null)]
    [InlineData("1.0.0.127.in-addr.arpa.example", null)]
    [InlineData("example.com", null)]
    [InlineData("bb.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa", null)]
    public void AddressOfReverseName_AsTheRfcs(string name, string? address) =>
        Assert.Equal(address is null ? null : IPAddress.Parse(address), DnsQuery.AddressOfReverseName(name));

    [Fact]
    public void ForUdp_TooLong_IsCutAndMarked()
    {
        DnsQuery query = DnsQuery.Parse(Convert.FromHexString(DigA));
        byte[] cut = DnsReply.ForUdp(query, new byte[600]);
        Assert.Equal(12, cut.Length);
        Assert.Equal(0x02, cut[2] & 0x02);
    }

    [Property]
    public void Parse_Anything_IsAQueryOrMalformed(byte[] bytes)
    {
        try
        {
            DnsReply.Empty(DnsQuery.Parse(bytes), DnsResponseCode.NotImplemented);
        }
        catch (MalformedMessageException)
        {
        }
    }
}
