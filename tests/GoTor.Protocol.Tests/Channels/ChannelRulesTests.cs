using System.Net;
using GoTor.Protocol.Cells.Channel;
using GoTor.Protocol.Channels;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Channels;

public sealed class ChannelRulesTests
{
    private static readonly CircuitId SomeCircuit = new(0x8000_0001);

    [Theory]
    [InlineData(ChannelCommand.Relay)]
    [InlineData(ChannelCommand.RelayEarly)]
    [InlineData(ChannelCommand.Destroy)]
    [InlineData(ChannelCommand.Created2)]
    [InlineData(ChannelCommand.CreatedFast)]
    internal void CircuitCell_WithCircuit_GoesThere(ChannelCommand command) =>
        Assert.Equal(CellVerdict.ToCircuit, OpenChannelRules.Judge(command, SomeCircuit));

    [Trait("Case", "B35")]
    [Theory]
    [InlineData(ChannelCommand.Relay)]
    [InlineData(ChannelCommand.RelayEarly)]
    [InlineData(ChannelCommand.Destroy)]
    [InlineData(ChannelCommand.Created2)]
    internal void CircuitCell_WithoutCircuit_ClosesChannel(ChannelCommand command) =>
        Assert.Throws<ChannelViolationException>(() => OpenChannelRules.Judge(command, CircuitId.Channel));

    [Theory]
    [InlineData(ChannelCommand.Versions)]
    [InlineData(ChannelCommand.Certs)]
    [InlineData(ChannelCommand.AuthChallenge)]
    [InlineData(ChannelCommand.Netinfo)]
    [InlineData(ChannelCommand.Create)]
    [InlineData(ChannelCommand.CreateFast)]
    [InlineData(ChannelCommand.Create2)]
    [InlineData(ChannelCommand.PaddingNegotiate)]
    internal void CellThatNoClientGets_OnOpenChannel_ClosesIt(ChannelCommand command) =>
        Assert.Throws<ChannelViolationException>(() => OpenChannelRules.Judge(command, CircuitId.Channel));

    [Theory]
    [InlineData(ChannelCommand.Padding, CellVerdict.Padding)]
    [InlineData(ChannelCommand.VPadding, CellVerdict.Padding)]
    [InlineData((ChannelCommand)101, CellVerdict.Unknown)]
    [InlineData((ChannelCommand)244, CellVerdict.Unknown)]
    internal void OtherCell_OnOpenChannel_IsTolerated(ChannelCommand command, CellVerdict expected) =>
        Assert.Equal(expected, OpenChannelRules.Judge(command, CircuitId.Channel));

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(3600, 0, false)]
    [InlineData(3601, 0, true)]
    [InlineData(-3600, 0, false)]
    [InlineData(-3601, 0, true)]
    [InlineData(86400, 179, true)]
    [InlineData(86400, 181, false)] // C tor: a handshake of three minutes says nothing about clocks.
    public void ClockSkew_BeyondAnHour_IsTold(int secondsAhead, int handshakeSeconds, bool told)
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var theirs = new NetinfoMessage((uint)(1_700_000_000 - secondsAhead), null, []);

        TimeSpan? skew = NetinfoRules.ClockSkew(theirs, now, TimeSpan.FromSeconds(handshakeSeconds));

        Assert.Equal(told ? TimeSpan.FromSeconds(secondsAhead) : null, skew);
    }

    [Fact]
    public void ClockSkew_OfARelayThatTellsNoTime_IsNone() =>
        Assert.Null(NetinfoRules.ClockSkew(new NetinfoMessage(0, null, []), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), default));

    [Fact]
    public void OurNetinfo_SaysNothingAboutUs()
    {
        NetinfoMessage ours = NetinfoRules.Ours(IPAddress.Loopback);

        Assert.Equal(0u, ours.Timestamp);
        Assert.Empty(ours.OwnAddresses);
        Assert.Equal(IPAddress.Loopback, ours.PeerAddress);
    }

    [Fact]
    public void CircuitId_Always_HasTheInitiatorBitAndIsFree()
    {
        var taken = new HashSet<CircuitId>();
        for (int i = 0; i < 1000; i++)
        {
            CircuitId id = Assert.NotNull(CircuitIdRules.Choose(TorRandom.Secure, taken.Contains));
            Assert.True(id.Value >= CircuitId.InitiatorBit);
            Assert.True(taken.Add(id));
        }
    }

    [Fact]
    public void CircuitId_WhenAllAreTaken_GivesUpAfter64Tries()
    {
        int tries = 0;

        Assert.Null(CircuitIdRules.Choose(TorRandom.Secure, _ => ++tries > 0));
        Assert.Equal(64, tries);
    }

    [Theory]
    [InlineData(ChannelPaddingMode.Normal, 1500, 9500)]
    [InlineData(ChannelPaddingMode.Reduced, 9000, 14000)]
    internal void PaddingDelay_StaysInRange(ChannelPaddingMode mode, int low, int high)
    {
        double[] delays = [.. Enumerable.Range(0, 4000)
            .Select(_ => ChannelPaddingRules.NextDelay(mode, new ChannelPaddingParameters(), TorRandom.Secure)!.Value.TotalMilliseconds)];

        Assert.InRange(delays.Min(), low, high);
        Assert.InRange(delays.Max(), low, high - 1);
        // The larger of two uniform draws lies at two thirds on average (channelpadding.c has the table). Standard error is 0.4 %.
        Assert.InRange((delays.Average() - low) / (high - low), 0.64, 0.69);
    }

    [Fact]
    public void PaddingDelay_WhenSwitchedOff_IsNone()
    {
        Assert.Null(ChannelPaddingRules.NextDelay(ChannelPaddingMode.Off, new ChannelPaddingParameters(), TorRandom.Secure));
        Assert.Null(ChannelPaddingRules.NextDelay(ChannelPaddingMode.Normal, new ChannelPaddingParameters(0, 0), TorRandom.Secure));
    }

    // C tor: channel_do_open_actions and channelpadding.c; padding_enabled there means link protocol 5.
    [Theory]
    [InlineData(ConnectionPadding.Auto, false, 5, ChannelPaddingMode.Normal, false)]
    [InlineData(ConnectionPadding.Auto, false, 4, ChannelPaddingMode.Off, false)]
    [InlineData(ConnectionPadding.Auto, true, 5, ChannelPaddingMode.Reduced, true)]
    [InlineData(ConnectionPadding.Auto, true, 4, ChannelPaddingMode.Off, false)]
    [InlineData(ConnectionPadding.Off, false, 5, ChannelPaddingMode.Off, true)]
    [InlineData(ConnectionPadding.Off, true, 5, ChannelPaddingMode.Off, true)]
    [InlineData(ConnectionPadding.Off, false, 4, ChannelPaddingMode.Off, false)]
    [InlineData(ConnectionPadding.On, false, 5, ChannelPaddingMode.Normal, false)]
    [InlineData(ConnectionPadding.On, false, 4, ChannelPaddingMode.Normal, false)]
    [InlineData(ConnectionPadding.On, true, 4, ChannelPaddingMode.Reduced, false)]
    internal void PaddingPlan_OfAnOpenedChannel_IsCTors(
        ConnectionPadding option, bool reduced, int linkVersion, ChannelPaddingMode mode, bool stops) =>
        Assert.Equal(
            new ChannelPaddingPlan(mode, stops ? PaddingNegotiateMessage.Stop : null), ChannelPaddingRules.Plan(option, reduced, linkVersion));
}
