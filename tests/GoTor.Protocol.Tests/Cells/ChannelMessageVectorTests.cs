using System.Net;
using GoTor.Protocol.Cells;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Cells;

/// <summary>Vectors: Arti, crates/tor-cell/tests/testvec_chanmsg.rs, most of them recorded from C tor 0.4.5 on a private network.</summary>
public sealed class ChannelMessageVectorTests
{
    private const string NtorOnionSkin =
        "09164430E84D3BC56EC7E1D22734742345E2DECE0DE535B66B8E8A0EBBDAE3263C53E02EC2215685CD3A977DC7946FF47F84CD7025F75D252D1B35DEA28F32FA912513889A207E5049992DBC9BC541194C13624A";

    private const string NtorReply =
        "0108907A701030ADB6CA9C6AF097DC4855614655659B6A7BF21C1097DCE7C66EE0E4EF287DE7CED40BEECA8B90140C05DB6138AEB551CE0C037068C315E307A0";

    [Fact]
    public void AuthChallenge_FromCTor_RoundTrips()
    {
        AuthChallengeMessage message = RoundTrip<AuthChallengeMessage>(
            "00DA5C085DEE4F3656710DA3B73652E48ACD5BAE608335FCA3FB6C4DEE104A51 0002 0001 0003");

        Assert.Equal([1, 3], message.Methods);
    }

    [Fact]
    public void Certs_FromCTor_HasFiveCertificates()
    {
        CertsMessage message = RoundTrip<CertsMessage>(CertsVector.Body);

        Assert.Equal([1, 2, 4, 5, 7], message.Entries.Select(entry => (int)entry.Type));
        Assert.Equal([0x23e, 0x1bd, 0x8c, 0x68, 0xa5], message.Entries.Select(entry => entry.Certificate.Length));
    }

    [Fact]
    public void Create2_FromCTor_RoundTrips()
    {
        Create2Message message = RoundTrip<Create2Message>("0002 0054" + NtorOnionSkin);

        Assert.Equal(2, (int)message.HandshakeType);
        Assert.Equal(NtorOnionSkin, Convert.ToHexString(message.HandshakeData.Span));
    }

    [Fact]
    public void Created2_FromCTor_RoundTrips() =>
        Assert.Equal(NtorReply, Convert.ToHexString(RoundTrip<Created2Message>("0040" + NtorReply).HandshakeData.Span));

    [Fact]
    public void CreateFast_FromCTor_RoundTrips() => RoundTrip<CreateFastMessage>("0DC2A5EB921EF4B71F41184A99F4FAD99620A648");

    [Fact]
    public void CreatedFast_FromCTor_SplitsKeyMaterialAndProof()
    {
        CreatedFastMessage message = RoundTrip<CreatedFastMessage>(
            "03B74250B01D09FDA72B70D63AE7994926F13055BED23485F6B3C8C3CEAFE1DF48A9FF8BAC4993FC");

        Assert.Equal("03B74250B01D09FDA72B70D63AE7994926F13055", Convert.ToHexString(message.KeyMaterial.Span));
        Assert.Equal("BED23485F6B3C8C3CEAFE1DF48A9FF8BAC4993FC", Convert.ToHexString(message.DerivativeKeyData.Span));
    }

    [Theory]
    [InlineData("04", 4)]
    [InlineData("00", 0)]
    [InlineData("FE", 254)]
    public void Destroy_AnyReason_Survives(string hex, int reason) => Assert.Equal(reason, (int)RoundTrip<DestroyMessage>(hex).Reason);

    [Fact]
    public void Netinfo_OfClient_HasNoTimeAndNoAddresses()
    {
        NetinfoMessage message = RoundTrip<NetinfoMessage>("00000000 04 04 7F000001 00");

        Assert.Equal(0u, message.Timestamp);
        Assert.Equal(IPAddress.Loopback, message.PeerAddress);
        Assert.Empty(message.OwnAddresses);
    }

    [Fact]
    public void Netinfo_OfRelay_HasBothFamilies()
    {
        NetinfoMessage message = RoundTrip<NetinfoMessage>(
            "5F6F859C 06 10 00000000000000000000000000000001 02 04 04 7F000001 06 10 00000000000000000000000000000001");

        Assert.Equal(0x5f6f859cu, message.Timestamp);
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], message.OwnAddresses);
    }

    [Fact]
    public void Netinfo_AddressesOfUnknownTypeOrLength_AreSkipped()
    {
        NetinfoMessage message = Decode<NetinfoMessage>(
            "5F6F859C 06 09 000000000000000000 03 04 06 7F0000010000 BB 02 FFFF 06 10 00000000000000000000000000000001");

        Assert.Null(message.PeerAddress);
        Assert.Equal([IPAddress.IPv6Loopback], message.OwnAddresses);
    }

    [Fact]
    public void Netinfo_UnspecifiedAddress_IsNone() => Assert.Null(RoundTrip<NetinfoMessage>("00000000 04 04 00000000 00").PeerAddress);

    [Fact]
    public void Versions_FromCTor_RoundTrips() => Assert.Equal([3, 4, 5], RoundTrip<VersionsMessage>("0003 0004 0005").Versions);

    [Fact]
    public void Versions_WithHalfAVersion_IsMalformed() =>
        Assert.Throws<MalformedMessageException>(() => Decode<VersionsMessage>("0003 00"));

    [Theory]
    [InlineData("00 02 0100 0200", PaddingNegotiateCommand.Start, 256, 512)]
    [InlineData("00 01 0000 0000", PaddingNegotiateCommand.Stop, 0, 0)]
    internal void PaddingNegotiate_Known_RoundTrips(string hex, PaddingNegotiateCommand action, int low, int high)
    {
        PaddingNegotiateMessage message = RoundTrip<PaddingNegotiateMessage>(hex);

        Assert.Equal((action, low, high), (message.Action, message.LowMilliseconds, message.HighMilliseconds));
    }

    [Fact]
    public void PaddingNegotiate_UnknownVersion_IsMalformed() =>
        Assert.Throws<MalformedMessageException>(() => Decode<PaddingNegotiateMessage>("90 0303 0000 0000"));

    [Fact]
    public void VPadding_Any_CountsItsBytes() => Assert.Equal(10, RoundTrip<VPaddingMessage>("00000000000000000000").Length);

    [Theory]
    [InlineData(7, true)]
    [InlineData(127, false)]
    [InlineData(128, true)]
    [InlineData(132, true)]
    [InlineData(255, true)]
    [InlineData(0, false)]
    [InlineData(12, false)]
    public void Command_SaysWhetherItsLengthVaries(byte command, bool expected) =>
        Assert.Equal(expected, ((ChannelCommand)command).IsVariableLength());

    /// <summary>Decodes and checks that encoding gives the same bytes.</summary>
    private static TMessage RoundTrip<TMessage>(string hex)
        where TMessage : IChannelMessage<TMessage>
    {
        TMessage message = Decode<TMessage>(hex);
        var writer = new WireWriter(new byte[4096]);
        message.Encode(ref writer);
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(writer.WrittenSpan));
        return message;
    }

    private static TMessage Decode<TMessage>(string hex)
        where TMessage : IChannelMessage<TMessage>
    {
        var reader = new WireReader(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        TMessage message = TMessage.Decode(ref reader);
        Assert.True(reader.IsEmpty);
        return message;
    }
}
