using System.Net;
using GoTor.Protocol.Network;

namespace GoTor.Protocol.Tests.Network;

public sealed class DialableAddressTests
{
    [Trait("Case", "B59")]
    [Theory]
    [InlineData("18.0.0.1:9001", true, true)]
    [InlineData("18.0.0.1:0", false, false)]
    [InlineData("0.0.0.0:9001", false, false)]
    [InlineData("0.1.2.3:9001", false, false)]
    [InlineData("10.1.2.3:9001", false, true)]
    [InlineData("127.0.0.1:9001", false, true)]
    [InlineData("100.64.0.1:9001", false, true)]
    [InlineData("100.128.0.1:9001", true, true)]
    [InlineData("169.254.1.1:9001", false, true)]
    [InlineData("172.16.0.1:9001", false, true)]
    [InlineData("172.31.255.255:9001", false, true)]
    [InlineData("172.32.0.1:9001", true, true)]
    [InlineData("192.168.1.1:9001", false, true)]
    [InlineData("192.169.1.1:9001", true, true)]
    [InlineData("224.0.0.1:9001", false, false)]
    [InlineData("255.255.255.255:9001", false, false)]
    [InlineData("[2a00:1::1]:9001", true, true)]
    [InlineData("[2a00:1::1]:0", false, false)]
    [InlineData("[::]:9001", false, false)]
    [InlineData("[::1]:9001", false, true)]
    [InlineData("[::2]:9001", false, false)]
    [InlineData("[::10.0.0.1]:9001", false, false)]
    [InlineData("[::ffff:10.0.0.1]:9001", false, true)]
    [InlineData("[::ffff:18.0.0.1]:9001", true, true)]
    [InlineData("[::ffff:0.0.0.0]:9001", false, false)]
    [InlineData("[fc00::1]:9001", false, true)]
    [InlineData("[fd12:3456::1]:9001", false, true)]
    [InlineData("[fe80::1]:9001", false, true)]
    [InlineData("[fec0::1]:9001", false, true)]
    [InlineData("[ff02::1]:9001", false, false)]
    public void Address_OfEveryKind_IsDialledOnlyWhereARelayMayBe(string endPoint, bool usually, bool inTestNetworks)
    {
        Assert.Equal(usually, DialableAddress.IsDialable(IPEndPoint.Parse(endPoint), allowPrivate: false));
        Assert.Equal(inTestNetworks, DialableAddress.IsDialable(IPEndPoint.Parse(endPoint), allowPrivate: true));
    }
}
