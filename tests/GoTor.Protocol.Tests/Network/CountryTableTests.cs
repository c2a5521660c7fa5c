using System.Net;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Network;

public class CountryTableTests
{
    // Lines of the geoip and geoip6 files of C tor 0.4.9.11.
    private static readonly CountryTable Table = CountryTable.Read(
        ["# Vendor:    IPFire Project", "", "16777472,16778239,CN", "15726992,15726999,??", "16777216,16777471,AU", "nonsense", "5,4,ZZ", "\"16779264\",\"16781311\",\"CN\",\"x\""],
        ["# x", "2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP", "2001::,2001:0:ffff:ffff:ffff:ffff:ffff:ffff,??", "1.2.3.4,1.2.3.5,DE"]);

    [Theory]
    [InlineData("1.0.0.0", "au")]
    [InlineData("1.0.0.255", "au")]
    [InlineData("1.0.1.0", "cn")]
    [InlineData("1.0.8.1", "cn")]
    [InlineData("1.0.4.0", "??")]
    [InlineData("0.0.0.1", "??")]
    [InlineData("255.255.255.255", "??")]
    [InlineData("::ffff:1.0.0.7", "au")]
    [InlineData("2001:200::1", "jp")]
    [InlineData("2001:200:135::", "??")]
    [InlineData("2001::1", "??")]
    public void CountryOf_AsTheFilesSay(string address, string country) => Assert.Equal(country, Table.CountryOf(IPAddress.Parse(address)));

    [Fact]
    public void CountryOf_WithoutFile_IsNotKnown() => Assert.Null(CountryTable.Empty.CountryOf(IPAddress.Parse("1.0.0.1")));

    [Theory]
    [InlineData("{au}", null, 7, 9)]
    [InlineData("{AU}", false, 7)]
    [InlineData("{??}", false, 9)]
    [InlineData("relay8", null, 8)]
    [InlineData("relay8", true, 8, 9)]
    [InlineData(null, true, 9)]
    public void ExcludeNodes_Countries_ExcludeTheirRelays_AndUnknownOnesAsCTor(string? list, bool? unknown, params int[] excluded)
    {
        PathConstraintTexts texts = new() { ExcludeNodes = list, GeoIpExcludeUnknown = unknown, Countries = () => Table };
        Assert.True(texts.TryCompile(out PathConstraints constraints, out _));
        (int Number, string Address)[] relays = [(7, "1.0.0.1"), (8, "1.0.1.1"), (9, "9.9.9.9")];
        Assert.Equal(excluded, relays.Where(relay => constraints.ExcludeNodes.Contains(
            SyntheticNetwork.Relay(relay.Number) with { OrPort = new IPEndPoint(IPAddress.Parse(relay.Address), 443) })).Select(relay => relay.Number));
    }

    [Fact]
    public void ExitNodes_Country_TakesNoUnknownOnes()
    {
        Assert.True(new PathConstraintTexts { ExitNodes = "{au}", Countries = () => Table }.TryCompile(out PathConstraints constraints, out _));
        Assert.False(constraints.ExitNodes.Contains(SyntheticNetwork.Relay(9) with { OrPort = new IPEndPoint(IPAddress.Parse("9.9.9.9"), 443) }));
    }
}
