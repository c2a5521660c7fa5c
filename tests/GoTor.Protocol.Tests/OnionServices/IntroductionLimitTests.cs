using GoTor.Protocol.OnionServices;

namespace GoTor.Protocol.Tests.OnionServices;

public sealed class IntroductionLimitTests
{
    private static readonly DateTimeOffset Start = new(2024, 5, 17, 17, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Burst_IsTakenAtOnce_ThenSoManyPerSecond()
    {
        IntroductionLimit limit = IntroductionLimit.From([IntroductionLimit.Ask(2, 5)], Start)!;

        Assert.Equal(5, Taken(limit, Start));
        Assert.Equal(0, Taken(limit, Start));
        Assert.Equal(1, Taken(limit, Start.AddSeconds(0.5)));
        Assert.Equal(2, Taken(limit, Start.AddSeconds(1.5)));
        Assert.Equal(5, Taken(limit, Start.AddHours(1)));
    }

    [Fact]
    public void Clock_ThatGoesBack_GivesNothing()
    {
        IntroductionLimit limit = IntroductionLimit.From([IntroductionLimit.Ask(1, 1)], Start)!;

        Assert.Equal(1, Taken(limit, Start.AddDays(-1)));
        Assert.Equal(0, Taken(limit, Start));
    }

    // As C tor's relays understand them: no word, zero, and nonsense mean no limit.
    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("02010000000000000000020000000000000005")]
    [InlineData("02010000000000000005020000000000000002")]
    [InlineData("02010000000080000000020000000080000000")]
    [InlineData("010100000000000000")]
    [InlineData("0103" + "0000000000000001")]
    public void Extension_ThatSaysNothingUseful_IsNoLimit(string hex) =>
        Assert.Null(IntroductionLimit.From([new OnionExtension(OnionExtension.DenialOfService, Convert.FromHexString(hex))], Start));

    [Fact]
    public void OtherExtensions_AreNoLimit() => Assert.Null(IntroductionLimit.From([new OnionExtension(99, new byte[3])], Start));

    private static int Taken(IntroductionLimit limit, DateTimeOffset now)
    {
        int taken = 0;
        while (taken < 100 && limit.Take(now))
            taken++;
        return taken;
    }
}
