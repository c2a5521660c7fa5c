using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Paths.Guards;

// Lines and expectations from C tor's src/test/test_entrynodes.c, entry_guard_encode_for_state_* and entry_guard_parse_from_state_*.
public class GuardLineTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly RsaIdentity Plurpy = new("plurpyflurpyslurpydo"u8);

    [Fact]
    public void Format_MinimalGuard_IsCTorsLine()
    {
        Guard guard = new() { RsaIdentity = Plurpy, SampledOn = DateTimeOffset.FromUnixTimeSeconds(1479081600), SampledIndex = 9, IsListed = false };
        Assert.Equal(
            "in=wubwub rsa_id=706C75727079666C75727079736C75727079646F sampled_on=2016-11-14T00:00:00 sampled_idx=0 listed=0",
            GuardLine.Format(guard, "wubwub", 0));
    }

    [Fact]
    public void Format_MaximalGuard_IsCTorsLine()
    {
        Guard guard = new()
        {
            RsaIdentity = Plurpy,
            Nickname = "Fred",
            SampledOn = DateTimeOffset.FromUnixTimeSeconds(1479081600),
            SampledIndex = 42,
            SampledBy = "1.2.3",
            UnlistedSince = DateTimeOffset.FromUnixTimeSeconds(1479081645),
            IsListed = true,
            ConfirmedOn = DateTimeOffset.FromUnixTimeSeconds(1479081690),
            ConfirmedIndex = 333,
            OtherFields = ["and", "the", "green", "grass", "grew", "all", "around"],
        };
        Assert.Equal(
            "in=default rsa_id=706C75727079666C75727079736C75727079646F nickname=Fred sampled_on=2016-11-14T00:00:00 sampled_idx=0 "
            + "sampled_by=1.2.3 unlisted_since=2016-11-14T00:00:45 listed=1 confirmed_on=2016-11-14T00:01:30 confirmed_idx=333 "
            + "and the green grass grew all around",
            GuardLine.Format(guard, "default", 0));
    }

    // The fields as C tor's entry_guard_encode_for_state writes them, with %f.
    [Fact]
    public void Counts_OfCTor_AreReadAndWrittenAgain()
    {
        const string Counts = "pb_use_attempts=12.000000 pb_use_successes=11.500000 pb_circ_attempts=160.000000 pb_circ_successes=150.000000 pb_successful_circuits_closed=150.000000 pb_timeouts=2.000000";
        Guard guard = Parse("in=default rsa_id=596f75206d6179206e656564206120686f626279 " + Counts, "default");
        Assert.Equal((12, 11.5, 160, 150), (guard.Bias.UseAttempts, guard.Bias.UseSuccesses, guard.Bias.CircuitAttempts, guard.Bias.CircuitSuccesses));
        Assert.EndsWith(Counts, GuardLine.Format(guard, "default", 0), StringComparison.Ordinal);
        guard = Parse("in=default rsa_id=596f75206d6179206e656564206120686f626279 pb_circ_attempts=-1 pb_circ_successes=nan pb_use_attempts=1e300 pb_use_successes=5", "default");
        Assert.Equal((0, 0, 0, 0), (guard.Bias.UseAttempts, guard.Bias.UseSuccesses, guard.Bias.CircuitAttempts, guard.Bias.CircuitSuccesses));
    }

    [Fact]
    public void Parse_MinimalLine_HasDefaults()
    {
        Guard guard = Parse("in=default_plus rsa_id=596f75206d6179206e656564206120686f626279", "default_plus");
        Assert.Equal("596F75206D6179206E656564206120686F626279", guard.RsaIdentity.ToString());
        Assert.Equal(Now, guard.SampledOn);
        Assert.Equal(1000, guard.SampledIndex);
        Assert.Null(guard.UnlistedSince);
        Assert.False(guard.IsListed);
        Assert.Null(guard.ConfirmedOn);
        Assert.Null(guard.ConfirmedIndex);
        Assert.Equal(GuardReachability.Maybe, guard.Reachability);
    }

    [Fact]
    public void Parse_MaximalLine_KeepsWhatItDoesNotKnow()
    {
        Guard guard = Parse(
            "in=fred rsa_id=706C75727079666C75727079736C75727079646F bridge_addr=[1::3]:9999 nickname=Fred sampled_on=2016-11-14T00:00:00 "
            + "sampled_by=1.2.3 unlisted_since=2016-11-14T00:00:45 listed=0 confirmed_on=2016-11-14T00:01:30 confirmed_idx=333 "
            + "pb_circ_attempts=3.000000 and the green grass grew all around rsa_id=all,around",
            "fred");
        Assert.Equal(Plurpy, guard.RsaIdentity);
        Assert.Equal("Fred", guard.Nickname);
        Assert.Equal(1479081600, guard.SampledOn.ToUnixTimeSeconds());
        Assert.Equal(1479081645, guard.UnlistedSince?.ToUnixTimeSeconds());
        Assert.Equal("1.2.3", guard.SampledBy);
        Assert.Equal(1479081690, guard.ConfirmedOn?.ToUnixTimeSeconds());
        Assert.Equal(333, guard.ConfirmedIndex);
        // Written before sampled orders existed: the confirmed order stands for it.
        Assert.Equal(333, guard.SampledIndex);
        Assert.Equal(
            "bridge_addr=[1::3]:9999 and the green grass grew all around rsa_id=all,around",
            string.Join(' ', guard.OtherFields));
        Assert.Equal(3, guard.Bias.CircuitAttempts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rsa_id=596f75206d6179206e656564206120686f626270")]
    [InlineData("in=default nickname=Fred")]
    [InlineData("in=default rsa_id=596f75206d6179206e656564206120686f62627q")]
    [InlineData("in=default rsa_id=596f75206d6179206e656564206120686f6262703")]
    [InlineData("in=default rsa_id=596f75206d6179206e65656420612")]
    public void Parse_LineWithoutSampleOrIdentity_IsNoGuard(string line) =>
        Assert.False(GuardLine.TryParse(line, Now, 1000, out _, out Guard? _));

    [Fact]
    public void Parse_BadFields_CostOnlyThemselves()
    {
        Guard guard = Parse(
            "in=default rsa_id=706C75727079666C75727079736C75727079646F nickname=FredIsANodeWithAStrangeNicknameThatIsTooLong "
            + "sampled_on=2016-11-14T00:00:99 sampled_by=1.2.3 stuff in the middle unlisted_since=2016-xx-14T00:00:45 listed=0 "
            + "confirmed_on=2016-11-14T00:01:30zz confirmed_idx=idx and the green grass grew all around rsa_id=all,around",
            "default");
        Assert.Equal(Plurpy, guard.RsaIdentity);
        Assert.Equal("", guard.Nickname);
        Assert.Equal(Now, guard.SampledOn);
        Assert.Null(guard.UnlistedSince);
        Assert.Equal("1.2.3", guard.SampledBy);
        Assert.False(guard.IsListed);
        Assert.Null(guard.ConfirmedOn);
        Assert.Null(guard.ConfirmedIndex);
        Assert.Equal("stuff in the middle and the green grass grew all around rsa_id=all,around", string.Join(' ', guard.OtherFields));
    }

    [Fact]
    public void Parse_DatesInTheFuture_BecomeNow()
    {
        Guard guard = Parse(
            "in=default rsa_id=706C75727079666C75727079736C75727079646F sampled_on=2099-01-01T00:00:00 listed=1 "
            + "confirmed_on=2099-01-01T00:00:00 confirmed_idx=0",
            "default");
        Assert.Equal(Now, guard.SampledOn);
        Assert.Equal(Now, guard.ConfirmedOn);
    }

    private static Guard Parse(string line, string expectedSample)
    {
        Assert.True(GuardLine.TryParse(line, Now, 1000, out string sample, out Guard? guard));
        Assert.Equal(expectedSample, sample);
        return guard!;
    }
}
