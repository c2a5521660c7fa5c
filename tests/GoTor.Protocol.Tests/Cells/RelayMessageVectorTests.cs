using System.Net;
using System.Text;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Cells;

/// <summary>
/// Vectors: Arti, crates/tor-cell/tests/testvec_relaymsg.rs (many recorded from C tor 0.4.5), and C tor 0.4.9.11,
/// src/test/test_cell_formats.c where named.
/// </summary>
public sealed class RelayMessageVectorTests
{
    [Theory]
    [InlineData("3132372E302E302E313A3730303300", "127.0.0.1", 7003, 0u)]
    [InlineData("7777772E786B63642E636F6D3A34343300 00000003", "www.xkcd.com", 443, 3u)]
    [InlineData("5B323030313A6462383A3A315D3A323200", "2001:db8::1", 22, 0u)]
    public void Begin_Valid_RoundTrips(string hex, string host, ushort port, uint flags) =>
        Assert.Equal(new BeginMessage(host, port, (BeginFlags)flags), RoundTrip<BeginMessage>(hex));

    // The first two from Arti; the others are C tor's, test_cfmt_begin_cells.
    [Trait("Case", "B02")]
    [Trait("Case", "B03")]
    [Theory]
    [InlineData("5B3A3A5D21")]
    [InlineData("746F7270726F6A656374E284A22E6F72673A34343300")]
    [InlineData("")]
    [InlineData("00")]
    public void Begin_Broken_IsMalformed(string hex) => Assert.Throws<MalformedMessageException>(() => Decode<BeginMessage>(hex));

    [Theory]
    [InlineData("a.b.c:80")] // No zero byte at the end.
    [InlineData("a.b.c:99999\0")]
    [InlineData("a.b.c:65536\0")]
    [InlineData("a.b.c:0\0")]
    [InlineData("a.b.c:\0")]
    [InlineData("a.b.c\0")]
    [InlineData(":80\0")]
    [InlineData("a.b.c:+80\0")]
    [InlineData("a:b.c:80\0")]
    [InlineData("[]:80\0")]
    [InlineData("a.b.c:80\0\0\0\u0001")] // Flags cut.
    public void Begin_WithoutHostPortOrEnd_IsMalformed(string body) =>
        Assert.Throws<MalformedMessageException>(() => Decode<BeginMessage>(Convert.ToHexString(Encoding.Latin1.GetBytes(body))));

    [Fact]
    public void Begin_OfAHostThatIsNotAscii_CannotBeEncoded() =>
        Assert.Throws<ArgumentException>(() => Encode(new BeginMessage("torproject™.org", 443)));

    [Theory]
    [InlineData("", null, null)]
    [InlineData("7F000001 00000E10", "127.0.0.1", 3600u)]
    [InlineData("00000000 06 20010DB8000000000000000000001122 00000E10", "2001:db8::1122", 3600u)]
    public void Connected_Valid_RoundTrips(string hex, string? address, uint? ttl) =>
        Assert.Equal(new ConnectedMessage(address is null ? null : IPAddress.Parse(address), ttl), RoundTrip<ConnectedMessage>(hex));

    // C tor, test_cfmt_connected_cells: "only an IPv4 address".
    [Fact]
    public void Connected_AddressOnly_HasNoTimeToLive() =>
        Assert.Equal(new ConnectedMessage(IPAddress.Parse("32.48.64.80"), null), Decode<ConnectedMessage>("20304050"));

    // C tor's bogus ones, and its truncated TTL, which it forgives and we do not.
    [Theory]
    [InlineData("000102")]
    [InlineData("01")]
    [InlineData("1112131415")]
    [InlineData("00000000 07 2607F8B0400C0C020000000000000068 90000258")]
    [InlineData("00000000 06 2607F8B0400C0C020000000000000068 000002")]
    [InlineData("00000000 06 2607F8B040")]
    [InlineData("00000000")]
    public void Connected_CutOrUnknown_IsMalformed(string hex) =>
        Assert.Throws<MalformedMessageException>(() => Decode<ConnectedMessage>(hex));

    [Theory]
    [InlineData("01", EndReason.Misc, null, null)]
    [InlineData("06", EndReason.Done, null, null)]
    [InlineData("04 7F000007 00000100", EndReason.ExitPolicy, "127.0.0.7", 256u)]
    [InlineData("04 20010DB800000000000000000000F00B 00000200", EndReason.ExitPolicy, "2001:db8::f00b", 512u)]
    [InlineData("04 7F000007", EndReason.ExitPolicy, "127.0.0.7", null)]
    internal void End_Valid_RoundTrips(string hex, EndReason reason, string? address, uint? ttl) =>
        Assert.Equal(new EndMessage(reason, address is null ? null : IPAddress.Parse(address), ttl), RoundTrip<EndMessage>(hex));

    // TROVE-2026-011, and C tor issue 41171: reason 15 is one that only we may give.
    [Trait("Case", "B01")]
    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0F")]
    [InlineData("FF")]
    public void End_WithoutMeaningfulReason_IsMisc(string hex) => Assert.Equal(new EndMessage(EndReason.Misc), Decode<EndMessage>(hex));

    [Fact]
    public void Extend2_FromCTor_RoundTrips()
    {
        Extend2Message message = RoundTrip<Extend2Message>(
            "02 00 06 7F0000011388 02 14 03479E93EBF3FF2C58C1C9DBF2DE9DE9C2801B3E 0002 0054 " +
            "03479E93EBF3FF2C58C1C9DBF2DE9DE9C2801B3E36A3E0BDB1F1A10579820243DD2E228B902940EB49EF842646E3926768C28410" +
            "074BEE50A535116D657C6BFB7E5114119DC69F05DF907EF62002EA782B0A357F");

        Assert.Equal(IPEndPoint.Parse("127.0.0.1:5000"), message.LinkSpecifiers[0].ToEndPoint());
        Assert.Equal(LinkSpecifierType.RsaIdentity, message.LinkSpecifiers[1].Type);
        Assert.Equal(84, message.HandshakeData.Length);
    }

    // The numbers of tor-spec §5.1.2; the order is what C tor writes (extend_cell_format).
    [Fact]
    public void LinkSpecifiers_OfARelay_ComeInTheCommonOrder()
    {
        IPEndPoint[] orPorts = [IPEndPoint.Parse("[2001:db8::1]:9001"), IPEndPoint.Parse("1.2.3.4:443"), IPEndPoint.Parse("5.6.7.8:1")];

        IReadOnlyList<LinkSpecifier> specifiers = LinkSpecifier.ForRelay(
            orPorts, new RsaIdentity(new byte[20]), new Ed25519Identity(new byte[32]));

        Assert.Equal([0, 2, 3, 1], specifiers.Select(specifier => (int)specifier.Type));
        Assert.Equal(orPorts[1], specifiers[0].ToEndPoint());
        Assert.Equal(orPorts[0], specifiers[3].ToEndPoint());
    }

    [Theory]
    [InlineData("01 00 05 7F00000113")]
    [InlineData("01 03 14 03479E93EBF3FF2C58C1C9DBF2DE9DE9C2801B3E")]
    [InlineData("02 00 06 7F0000011388")]
    public void LinkSpecifiers_OfWrongLengthOrMissing_AreMalformed(string hex) =>
        Assert.Throws<MalformedMessageException>(() => Decode<Extend2Message>(hex + "0002 0000"));

    [Fact]
    public void LinkSpecifier_OfUnknownType_IsKept() =>
        Assert.Equal(0x42, (int)RoundTrip<Extend2Message>("01 42 03 010203 0002 0001 AA").LinkSpecifiers[0].Type);

    [Fact]
    public void Extended2_FromCTor_RoundTrips() => Assert.Equal(64, RoundTrip<Extended2Message>(
        "0040 0026619058EB2661834D54C2624828728F28915587CDAD1AD3373B85F33A480EEA9D3B2CEF8D39C1DBD2FA519E75296B96960690C79A28D6A0D9454F8E9634BD")
        .HandshakeData.Length);

    [Fact]
    public void Truncated_FromCTor_RoundTrips() => Assert.Equal(DestroyReason.ChannelClosed, RoundTrip<TruncatedMessage>("08").Reason);

    [Trait("Case", "B01")]
    [Fact]
    public void Truncated_Empty_HasNoReason() => Assert.Equal(DestroyReason.None, Decode<TruncatedMessage>("").Reason);

    [Fact]
    public void Messages_WithoutContent_AreEmpty()
    {
        RoundTrip<BeginDirMessage>("");
        RoundTrip<DropMessage>("");
        RoundTrip<TruncateMessage>("");
    }

    [Theory]
    [InlineData("127.0.0.1", "1.0.0.127.in-addr.arpa")]
    [InlineData("2001::", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.2.ip6.arpa")]
    public void Resolve_OfAnAddress_IsItsReverseName(string address, string name)
    {
        Assert.Equal(new ResolveMessage(name), ResolveMessage.ForAddress(IPAddress.Parse(address)));
        RoundTrip<ResolveMessage>(Convert.ToHexString(Encoding.ASCII.GetBytes(name + "\0")));
    }

    [Fact]
    public void Resolved_Addresses_RoundTrip()
    {
        ResolvedMessage v4 = RoundTrip<ResolvedMessage>("04 04 7F000001 00000E10 04 04 7F000002 00001C20");
        ResolvedMessage v6 = RoundTrip<ResolvedMessage>("06 10 12340000000000000000000000005678 00000080");

        Assert.Equal([("127.0.0.1", 3600u), ("127.0.0.2", 7200u)], v4.Answers.Select(answer => (answer.Address!.ToString(), answer.TimeToLive)));
        Assert.Equal(IPAddress.Parse("1234::5678"), Assert.Single(v6.Answers).Address);
    }

    [Theory]
    [InlineData("F0 00 00000E10", ResolvedType.TransientError)]
    [InlineData("F1 00 00000E10", ResolvedType.Error)]
    [InlineData("63 12 7777772E746F7270726F6A6563742E6F7267 00000258", (ResolvedType)99)]
    internal void Resolved_ErrorsAndUnknownTypes_Survive(string hex, ResolvedType type) =>
        Assert.Equal(type, Assert.Single(RoundTrip<ResolvedMessage>(hex).Answers).Type);

    [Fact]
    public void Resolved_Hostname_RoundTrips() => Assert.Equal(
        "www.torproject.org",
        Assert.Single(RoundTrip<ResolvedMessage>("00 12 7777772E746F7270726F6A6563742E6F7267 00000258").Answers).Hostname);

    [Fact]
    public void Resolved_AddressOfWrongLength_IsMalformed() =>
        Assert.Throws<MalformedMessageException>(() => Decode<ResolvedMessage>("04 03 010203 00000001"));

    [Fact]
    public void Sendme_Empty_IsVersionZero() => Assert.Equal(0, RoundTrip<SendmeMessage>("").Version);

    [Fact]
    public void Sendme_WithTag_RoundTrips()
    {
        SendmeMessage message = RoundTrip<SendmeMessage>("01 0014 F01234989823478BCDEFABCDEF01234567890123");

        Assert.Equal("F01234989823478BCDEFABCDEF01234567890123", Convert.ToHexString(message.Tag.Span));
    }

    // C tor, src/test/test_sendme.c: a version 0 cell may carry a length and bytes, which mean nothing.
    [Fact]
    public void Sendme_VersionZeroWithBytes_MeansNothing() => Assert.Equal(0, Decode<SendmeMessage>("00 0003 010203").Version);

    [Fact]
    public void Xon_AndXoff_RoundTrip()
    {
        // C tor, flow_control_cells.trunnel: version, then kilobytes per second.
        Assert.Equal(0x1234u, RoundTrip<XonMessage>("00 00001234").KilobytesPerSecond);
        RoundTrip<XoffMessage>("00");
        Assert.Throws<MalformedMessageException>(() => Decode<XonMessage>("01 00001234"));
        Assert.Throws<MalformedMessageException>(() => Decode<XoffMessage>("01"));
    }

    private static string Encode<TMessage>(TMessage message)
        where TMessage : IRelayMessage<TMessage>
    {
        var writer = new WireWriter(new byte[CellLayout.BodyLength]);
        message.Encode(ref writer);
        return Convert.ToHexString(writer.WrittenSpan);
    }

    /// <summary>Decodes and checks that encoding gives the same bytes.</summary>
    private static TMessage RoundTrip<TMessage>(string hex)
        where TMessage : IRelayMessage<TMessage>
    {
        TMessage message = Decode<TMessage>(hex);
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Encode(message));
        return message;
    }

    private static TMessage Decode<TMessage>(string hex)
        where TMessage : IRelayMessage<TMessage> =>
        RelayMessages.Decode<TMessage>(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
}
