using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Paths;

// Cases after C tor's src/test/test_routerset.c.
public class RelaySetTests
{
    private static readonly string Fingerprint = SyntheticNetwork.Identity(7).ToString();
    private static readonly Relay Seven = SyntheticNetwork.Relay(7).At("192.0.2.7:9001", "[2001:db8::7]:9001");

    [Theory]
    [InlineData("_")]
    [InlineData("$123")]
    [InlineData("nicknameOfTwentyChars")]
    [InlineData("{c}")]
    [InlineData("{ccc}")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4/33")]
    [InlineData("[2001:db8::/32")]
    [InlineData("2001:db8::1")]
    [InlineData("$0000000000000000000000000000000000000000~")]
    [InlineData("$0000000000000000000000000000000000000000x")]
    [InlineData("$00000000000000000000000000000000000000 00")]
    public void Parse_MalformedItem_NamesOptionAndItem(string item)
    {
        Assert.False(RelaySet.TryParse($"good, {item}", "ExcludeNodes", out RelaySet set, out string? error));
        Assert.Contains("ExcludeNodes", error, StringComparison.Ordinal);
        Assert.Contains($"\"{item}\"", error, StringComparison.Ordinal);
        Assert.True(set.IsEmpty);
    }

    [Theory]
    [InlineData("$FP")]
    [InlineData("FP")]
    [InlineData("$FP~anything")]
    [InlineData("$FP=anything")]
    [InlineData("relay7")]
    [InlineData("RELAY7")]
    [InlineData("192.0.2.7")]
    [InlineData("192.0.2.0/24")]
    [InlineData("192.0.2.9/255.255.255.0")]
    [InlineData("192.0.2.7:9001")]
    [InlineData("*:9001")]
    [InlineData("*")]
    [InlineData("*6")]
    [InlineData("[2001:db8::]/32")]
    [InlineData("[2001:db8::7]:9001")]
    [InlineData("nobody, relay7")]
    public void Contains_NamedRelay_IsTrue(string text)
    {
        RelaySet set = Parse(text.Replace("FP", Fingerprint, StringComparison.Ordinal));
        Assert.True(set.Contains(Seven));
    }

    [Theory]
    [InlineData("$0000000000000000000000000000000000000000")]
    [InlineData("relay8")]
    [InlineData("192.0.2.8")]
    [InlineData("192.0.3.0/24")]
    [InlineData("192.0.2.7:9002")]
    [InlineData("*:1-9000")]
    [InlineData("[2001:db9::]/32")]
    [InlineData("{us}")]
    public void Contains_OtherRelay_IsFalse(string text) => Assert.False(Parse(text).Contains(Seven));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(",, ,")]
    public void Parse_NothingInIt_IsEmpty(string text)
    {
        RelaySet set = Parse(text);
        Assert.True(set.IsEmpty);
        Assert.False(set.Contains(Seven));
    }

    [Fact]
    public void UsesCountries_OnlyWithCountryCode_IsTrue()
    {
        Assert.False(Parse("relay7,192.0.2.0/24").UsesCountries);
        RelaySet set = Parse("relay7,{US},{??}");
        Assert.True(set.UsesCountries);
        Assert.Equal(["us", "??"], set.Countries);
    }

    [Fact]
    public void ToString_AfterParse_IsListWithoutBlanks() => Assert.Equal("a,b", Parse(" a , b,").ToString());

    private static RelaySet Parse(string text)
    {
        Assert.True(RelaySet.TryParse(text, "EntryNodes", out RelaySet set, out string? error), error);
        return set;
    }
}
