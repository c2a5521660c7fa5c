using System.Net;
using GoTor.Protocol.Paths;

namespace GoTor.Protocol.Tests.Paths;

public class AddressPolicyTests
{
    [Theory]
    // The examples of tor.1, ReachableAddresses.
    [InlineData("99.0.0.0/8, reject 18.0.0.0/8:80, accept *:80", "99.1.2.3:9001", true)]
    [InlineData("99.0.0.0/8, reject 18.0.0.0/8:80, accept *:80", "18.1.2.3:80", false)]
    [InlineData("99.0.0.0/8, reject 18.0.0.0/8:80, accept *:80", "19.1.2.3:80", true)]
    [InlineData("99.0.0.0/8, reject 18.0.0.0/8:80, accept *:80", "19.1.2.3:443", false)]
    [InlineData("accept *:80,accept *:443", "[2001:db8::1]:443", true)]
    [InlineData("accept *4:443", "[2001:db8::1]:443", false)]
    [InlineData("accept6 *:443", "192.0.2.1:443", false)]
    [InlineData("accept6 *:443", "[2001:db8::1]:443", true)]
    [InlineData("reject private, accept *:*", "10.1.2.3:443", false)]
    [InlineData("reject private:80, accept *:*", "10.1.2.3:443", true)]
    [InlineData("reject private, accept *:*", "[fc00::1]:443", false)]
    [InlineData("REJECT 192.0.2.0/255.255.255.0:1-1023, Accept *", "192.0.2.9:1023", false)]
    [InlineData("REJECT 192.0.2.0/255.255.255.0:1-1023, Accept *", "192.0.2.9:1024", true)]
    [InlineData("accept [2001:db8::]/32:443", "[2001:db8:1::]:443", true)]
    [InlineData("accept [2001:db8::]/32:443", "[2001:db9::]:443", false)]
    [InlineData("reject 192.0.2.1", "192.0.2.2:443", false)]
    public void Allows_FirstMatchDecides(string policy, string endPoint, bool allowed)
    {
        Assert.True(AddressPolicy.TryParse(policy, "ReachableAddresses", out AddressPolicy parsed, out string? error), error);
        Assert.Equal(allowed, parsed.Allows(IPEndPoint.Parse(endPoint)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("permit *:80")]
    [InlineData("accept *:80 *:443")]
    [InlineData("accept *:0")]
    [InlineData("accept *:65536")]
    [InlineData("accept *:90-80")]
    [InlineData("accept */8")]
    [InlineData("accept 10.0.0.0/33")]
    [InlineData("accept 10.0.0.0/255.0.255.0")]
    [InlineData("accept 10.1")]
    [InlineData("accept 0x7f.0.0.1")]
    [InlineData("accept 010.0.0.1")]
    [InlineData("accept [10.0.0.1]")]
    [InlineData("accept [2001:db8::]/129")]
    [InlineData("accept6 10.0.0.1:80")]
    [InlineData("accept example.com:80")]
    [InlineData("accept private:x")]
    public void Parse_Malformed_NamesOption(string policy)
    {
        Assert.False(AddressPolicy.TryParse(policy, "ReachableAddresses", out _, out string? error));
        Assert.StartsWith("ReachableAddresses", error, StringComparison.Ordinal);
    }
}
