using GoTor.Protocol.Network;

namespace GoTor.Protocol.Tests.Network;

public sealed class PublicNetworkTests
{
    [Fact]
    public void Authorities_AreNineThatVoteAndOneForBridges()
    {
        Assert.Equal(10, PublicNetwork.Authorities.Count);
        Assert.Equal("Serge", Assert.Single(PublicNetwork.Authorities, a => a.V3Identity is null).Nickname);
        Assert.Equal(9, PublicNetwork.Authorities.Select(a => a.V3Identity).Where(i => i is not null).Distinct().Count());
        DirectoryAuthority moria = PublicNetwork.Authorities[0];
        // C tor 0.4.9.11, src/app/config/auth_dirs.inc.
        Assert.Equal("moria1", moria.Nickname);
        Assert.Equal("128.31.0.39:9201", moria.OrPort.ToString());
        Assert.Equal("1A25C6358DB91342AA51720A5038B72742732498", moria.RsaIdentity.ToString());
        Assert.Equal(5, PublicNetwork.Authorities.Count(a => a.OrPortV6 is not null));
    }

    [Fact]
    public void Fallbacks_AreTwoHundredThatCanBeDialled()
    {
        Assert.Equal(200, PublicNetwork.Fallbacks.Count);
        Assert.Equal(200, PublicNetwork.Fallbacks.Select(f => f.RsaIdentity).Distinct().Count());
        Assert.All(PublicNetwork.Fallbacks, f => Assert.True(DialableAddress.IsDialable(f.OrPort, allowPrivate: false)));
        Assert.All(PublicNetwork.Fallbacks.Where(f => f.OrPortV6 is not null), f => Assert.True(DialableAddress.IsDialable(f.OrPortV6!, allowPrivate: false)));
        Assert.Equal("64.65.62.122:443", PublicNetwork.Fallbacks[0].OrPort.ToString());
        Assert.Equal("[2a03:4000:1d:b7a:782f:17ff:fef0:a708]:9100", PublicNetwork.Fallbacks[2].OrPortV6!.ToString());
    }
}
