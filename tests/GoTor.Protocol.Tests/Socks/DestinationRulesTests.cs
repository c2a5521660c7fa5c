using System.Net;
using GoTor.Protocol.Socks;

namespace GoTor.Protocol.Tests.Socks;

public sealed class DestinationRulesTests
{
    // A well-known service, and the address in rend-spec-v3 §1.2 [ONIONADDRESS].
    private const string Onion = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion";
    private const string SpecOnion = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    [Trait("Case", "I12")]
    [Theory]
    [InlineData("Example.COM", 80, "Allowed", "example.com")]
    [InlineData("example.com.", 80, "Allowed", "example.com.")]
    [InlineData("8.8.8.8", 80, "Allowed", "8.8.8.8")]
    [InlineData("008.8.8.8", 80, "Allowed", "8.8.8.8")]
    [InlineData("2001:DB8::0:1", 80, "Allowed", "[2001:db8::1]")]
    [InlineData("[2001:db8::1]", 80, "Allowed", "[2001:db8::1]")]
    [InlineData("example.com", 0, "PortZero", null)]
    [InlineData("foo.exit", 80, "ExitNotation", null)]
    [InlineData("foo.Exit.", 80, "ExitNotation", null)]
    [InlineData(Onion, 80, "OnionService", null)]
    [InlineData(SpecOnion, 80, "OnionService", null)]
    [InlineData("www." + Onion, 80, "OnionService", null)]
    [InlineData("WWW." + Onion + ".", 80, "OnionService", null)]
    [InlineData("duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczae.onion", 80, "BadOnionAddress", null)]
    [InlineData("duckduckhogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion", 80, "BadOnionAddress", null)]
    [InlineData("expyuzz4wqqyqhjn.onion", 80, "BadOnionAddress", null)]
    [InlineData("onion", 80, "BadOnionAddress", null)]
    [InlineData("abc.onion.", 80, "BadOnionAddress", null)]
    public void Decide_Connect_AsCTor(string host, int port, string verdict, string? sent)
    {
        Destination destination = Decide(host, port);
        Assert.Equal(verdict, destination.Verdict.ToString());
        if (sent is not null)
            Assert.Equal(sent, destination.Host);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("printer.local")]
    [InlineData("local")]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("127.192.0.9")]
    [InlineData("10.255.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:c0a8:101")]
    public void Decide_ConnectToInternalAddress_RefusedUnlessAllowed(string host)
    {
        Assert.Equal(DestinationVerdict.InternalAddress, Decide(host).Verdict);
        Assert.Equal(DestinationVerdict.Allowed, Decide(host, policy: new DestinationPolicy { RejectInternalAddresses = false }).Verdict);
    }

    [Theory]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("11.0.0.1")]
    [InlineData("::2")]
    [InlineData("notlocal")]
    [InlineData("local.example.com")]
    public void Decide_ConnectNextToInternalRanges_Allowed(string host) => Assert.Equal(DestinationVerdict.Allowed, Decide(host).Verdict);

    [Theory]
    [InlineData("1.2.3")]
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("256.1.1.1")]
    [InlineData("1.2.3.4%eth0")]
    [InlineData("::1%eth0")]
    [InlineData("[::1")]
    [InlineData("[::1]:80")]
    [InlineData("::ffff:1.2.3")]
    [InlineData("::ffff:1.2.3.4.5")]
    [InlineData("1::2::3")]
    [InlineData("+1.2.3.4")]
    [InlineData(" 1.2.3.4")]
    [InlineData("")]
    public void TryParseAddress_AnythingButPlainAddresses_IsNone(string text) => Assert.False(HostName.TryParseAddress(text, out _));

    [Theory]
    [InlineData(SocksCommand.Resolve, "example.com", "Allowed")]
    [InlineData(SocksCommand.Resolve, "10.0.0.1", "IsItsOwnAnswer")]
    [InlineData(SocksCommand.Resolve, Onion, "OnionLookup")]
    [InlineData(SocksCommand.ResolvePtr, "8.8.8.8", "Allowed")]
    [InlineData(SocksCommand.ResolvePtr, "10.0.0.1", "InternalLookup")]
    public void Decide_Lookup_AsCTor(object command, string host, string verdict) =>
        Assert.Equal(verdict, Decide(host, 0, (SocksCommand)command).Verdict.ToString());

    [Fact]
    public void Decide_PortFlags_ForbidTheirKindOfTraffic()
    {
        DestinationPolicy onionOnly = new() { IPv4Traffic = false, IPv6Traffic = false, DnsRequest = false };
        Assert.Equal(DestinationVerdict.ForbiddenByPort, Decide("example.com", policy: onionOnly).Verdict);
        Assert.Equal(DestinationVerdict.ForbiddenByPort, Decide("8.8.8.8", policy: onionOnly).Verdict);
        Assert.Equal(DestinationVerdict.ForbiddenByPort, Decide("8.8.8.8", 0, SocksCommand.Resolve, onionOnly).Verdict);
        Assert.Equal(DestinationVerdict.ForbiddenByPort, Decide("2001:db8::1", policy: onionOnly).Verdict);
        Assert.Equal(DestinationVerdict.OnionService, Decide(Onion, policy: onionOnly).Verdict);
        Assert.Equal(DestinationVerdict.ForbiddenByPort, Decide(Onion, policy: new DestinationPolicy { OnionTraffic = false }).Verdict);
        Assert.Equal(DestinationVerdict.ForbiddenByPort, Decide("example.com", 23, policy: new DestinationPolicy { RejectPorts = [23] }).Verdict);
    }

    [Fact]
    public void Decide_Socks4ToIPv6_Forbidden()
    {
        SocksRequest request = Request("2001:db8::1", 80, SocksCommand.Connect) with { Version = SocksVersion.Socks4 };
        Assert.Equal(DestinationVerdict.ForbiddenByPort, DestinationRules.Decide(request, new DestinationPolicy()).Verdict);
    }

    // What C tor 0.4.9.11 answered on a port without and with ExtendedErrors.
    [Theory]
    [InlineData("BadOnionAddress", 0x01, 0xF6)]
    [InlineData("ExitNotation", 0x01, 0x01)]
    [InlineData("PortZero", 0x01, 0x01)]
    [InlineData("InternalAddress", 0x01, 0x01)]
    [InlineData("ForbiddenByPort", 0x02, 0x02)]
    [InlineData("OnionService", 0x04, 0xF0)]
    public void ReplyFor_Verdict_AsCTor(string verdict, int plain, int extended)
    {
        DestinationVerdict value = Enum.Parse<DestinationVerdict>(verdict);
        Assert.Equal((SocksReplyCode)plain, DestinationRules.ReplyFor(value, SocksCommand.Connect, extendedErrors: false));
        Assert.Equal((SocksReplyCode)extended, DestinationRules.ReplyFor(value, SocksCommand.Connect, extendedErrors: true));
        Assert.Equal(SocksReplyCode.HostUnreachable, DestinationRules.ReplyFor(value, SocksCommand.Resolve, extendedErrors: true));
    }

    [Fact]
    public void SocksReply_Answers_AreOnTheWireAsCTorWritesThem()
    {
        byte[] buffer = new byte[SocksReply.MaxLength];
        Assert.Equal("050000010808080800" + "00", Hex(SocksReply.Write(buffer, SocksVersion.Socks5, SocksReplyCode.Succeeded, IPAddress.Parse("8.8.8.8"))));
        Assert.Equal(
            "0500000420010db80000000000000000000000010000",
            Hex(SocksReply.Write(buffer, SocksVersion.Socks5, SocksReplyCode.Succeeded, IPAddress.Parse("2001:db8::1"))));
        Assert.Equal("005a000002020202", Hex(SocksReply.Write(buffer, SocksVersion.Socks4, SocksReplyCode.Succeeded, IPAddress.Parse("2.2.2.2"))));
        Assert.Equal("005b000000000000", Hex(SocksReply.Write(buffer, SocksVersion.Socks4, SocksReplyCode.ConnectionRefused)));
        Assert.Equal("0500000304612e62630000", Hex(SocksReply.WriteName(buffer, "a.bc")));

        string Hex(int length) => Convert.ToHexStringLower(buffer.AsSpan(0, length));
    }

    private static Destination Decide(
        string host, int port = 80, SocksCommand command = SocksCommand.Connect, DestinationPolicy? policy = null) =>
        DestinationRules.Decide(Request(host, port, command), policy ?? new DestinationPolicy());

    private static SocksRequest Request(string host, int port, SocksCommand command) => new()
    {
        Version = SocksVersion.Socks5, Command = command, AddressType = SocksAddressType.Name, Host = host, Port = (ushort)port,
    };
}
