using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Tests.Documents;

public sealed class ExitPolicySummaryTests
{
    // C tor, src/test/test_policy.c, test_policies_general.
    [Theory]
    [InlineData("accept 80,443", "accept 80,443")]
    [InlineData("accept fred,2,3-5", "accept 2,3-5")]
    [InlineData("accept 2,fred,3", "accept 2,3")]
    [InlineData("accept 2,fred,3,bob", "accept 2,3")]
    [InlineData("accept 2,-3,500-600", "accept 2,500-600")]
    [InlineData("accept 1,,3", "accept 1,3")]
    [InlineData("accept 100-200,,", "accept 100-200")]
    [InlineData("reject ,1-10,,,,30-40", "reject 1-10,30-40")]
    [InlineData("reject 1-65535", "reject 1-65535")]
    [InlineData("accept 1-65535", "accept 1-65535")]
    public void Policy_FromCTor_IsRead(string text, string again) => Assert.Equal(again, ExitPolicySummary.Parse(text).ToString());

    // As above, and ports of 0 (C tor ticket 41292).
    [Trait("Case", "B59")]
    [Theory]
    [InlineData("accept 200-199")]
    [InlineData("")]
    [InlineData("rejekt 1,2,3")]
    [InlineData("reject ")]
    [InlineData("reject")]
    [InlineData("rej")]
    [InlineData("accept 2,3,100000")]
    [InlineData("accept 2,3x,4")]
    [InlineData("accept 2-")]
    [InlineData("accept 2-x")]
    [InlineData("accept 1-,3")]
    [InlineData("accept 0")]
    [InlineData("accept 0-80")]
    [InlineData("accept 1-0")]
    [InlineData("accept 1-2-3")]
    [InlineData("accept 000080")]
    [InlineData("accept whatever")]
    public void Policy_ThatCTorRefuses_IsRefused(string text) => Assert.Throws<MalformedMessageException>(() => ExitPolicySummary.Parse(text));

    [Fact]
    public void Policy_OfTenThousandPorts_IsRefused() =>
        Assert.Throws<MalformedMessageException>(() => ExitPolicySummary.Parse("accept " + string.Join(',', Enumerable.Range(1, 10_000))));

    [Fact]
    public void Ports_AreAllowedByEitherKindOfList()
    {
        ExitPolicySummary accept = ExitPolicySummary.Parse("accept 80,440-443");
        Assert.True(accept.Allows(80) && accept.Allows(441) && accept.AllowsAnything);
        Assert.False(accept.Allows(81) || accept.Allows(439) || accept.Allows(444));
        ExitPolicySummary reject = ExitPolicySummary.Parse("reject 25,100-200");
        Assert.True(reject.Allows(24) && reject.Allows(201) && reject.AllowsAnything);
        Assert.False(reject.Allows(25) || reject.Allows(150));
        Assert.False(ExitPolicySummary.RejectAll.AllowsAnything || ExitPolicySummary.RejectAll.Allows(1));
    }
}
