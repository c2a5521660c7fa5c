using GoTor.Protocol.Documents;

namespace GoTor.Protocol.Tests.Documents;

public sealed class ProtocolVersionsTests
{
    // C tor 0.4.9.11, src/core/or/protover.c.
    private const string CTor =
        "Conflux=1 Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Padding=2 Relay=2-6";

    // C tor, src/test/test_protover.c: parse, vote_roundtrip.
    [Theory]
    [InlineData("Foo=1,3 Bar=3 Baz= Quux=9-12,14,15-16", "Bar=3 Baz= Foo=1,3 Quux=9-12,14-16")]
    [InlineData("Foo=1,3 Bar=3 Baz= Quux=9-12,14,15-16,50 Zn=1,42", "Bar=3 Baz= Foo=1,3 Quux=9-12,14-16,50 Zn=1,42")]
    [InlineData("Zu16=1,63", "Zu16=1,63")]
    [InlineData("N-1=1,2", "N-1=1-2")]
    [InlineData("-1=3", "-1=3")]
    [InlineData("X=10-11", "X=10-11")]
    [InlineData("Link=4 Z=3 Desc=9", "Desc=9 Link=4 Z=3")]
    [InlineData("Sleen=1-63", "Sleen=1-63")]
    [InlineData("Sleen=0-63", "Sleen=0-63")]
    [InlineData(CTor, CTor)]
    [InlineData("", "")]
    public void List_FromCTor_IsRead(string text, string again)
    {
        Assert.True(ProtocolVersions.TryParse(text, out ProtocolVersions versions));
        Assert.Equal(again, versions.ToString());
    }

    // C tor, src/test/test_protover.c: parse_fail, vote_roundtrip; TROVE-2018-001, -003, -004, -005.
    [Trait("Case", "B44")]
    [Theory]
    [InlineData("Risqu\u00e9=1")]
    [InlineData(",,,=1")]
    [InlineData("\u00c1=1")]
    [InlineData("Foo_Bar=1")]
    [InlineData("Fkrkljdsf")]
    [InlineData("Zn=4294967295")]
    [InlineData("Zn=4294967295-1")]
    [InlineData("Zn=4294967293-4294967295")]
    [InlineData("Foo=1,3 Bar=3 Baz= Quux=9-12,14,15-16,900 Zn=1,4294967295")]
    [InlineData("-1=4294967295")]
    [InlineData("Foo=,")]
    [InlineData("Foo=,1")]
    [InlineData("Foo=1,,3")]
    [InlineData("Foo=1,3,")]
    [InlineData("!!3@*")]
    [InlineData("Link=4 Haprauxymatyve Desc=9")]
    [InlineData("=10-11")]
    [InlineData("Link=4 =3 Desc=9")]
    [InlineData("Link=fred")]
    [InlineData("Link=1,fred,3")]
    [InlineData("Link=1,9-8,3")]
    [InlineData("Faux=-0")]
    [InlineData("Faux=0--0")]
    [InlineData("Faux=-1")]
    [InlineData("Faux=-1-3")]
    [InlineData("Faux=1--1")]
    [InlineData("Link=1-2-")]
    [InlineData("Link=1-2-3")]
    [InlineData("Link=\t1,3")]
    [InlineData("Link=1\n,3")]
    [InlineData("Faux=1,\r3")]
    [InlineData("Faux=1,3\f")]
    [InlineData("Link=4294967296")]
    [InlineData("Sleen=1-65537")]
    [InlineData("Link=1-64")]
    [InlineData("A=1-0")]
    [InlineData("-")]
    public void List_ThatCTorRefuses_MeansNothing(string text)
    {
        Assert.False(ProtocolVersions.TryParse(text, out ProtocolVersions versions));
        Assert.Same(ProtocolVersions.None, versions);
    }

    [Trait("Case", "B44")]
    [Fact]
    public void List_OfMonstrousSize_IsRefused()
    {
        Assert.False(ProtocolVersions.TryParse(new string('a', 101) + "=1", out _));
        Assert.True(ProtocolVersions.TryParse(new string('a', 100) + "=1", out _));
        Assert.False(ProtocolVersions.TryParse(string.Join(' ', Enumerable.Range(0, 100_000).Select(i => $"P{i}=1")), out _));
    }

    // C tor, src/test/test_protover.c: all_supported, against its own list.
    [Theory]
    [InlineData("", "")]
    [InlineData("Link=3-4", "")]
    [InlineData("Link=3-4 Desc=2", "")]
    [InlineData("Wombat=9", "Wombat=9")]
    [InlineData("Link=60", "Link=60")]
    [InlineData("Link=3-4 Wombat=9", "Wombat=9")]
    [InlineData("Link=3-60", "Link=6-60")]
    [InlineData("Link=1-3,50-63", "Link=1-2,50-63")]
    [InlineData("Link=1-3,5-12", "Link=1-2,6-12")]
    [InlineData("Link=3,5-12 Quokka=40-41", "Link=6-12 Quokka=40-41")]
    [InlineData("Fribble=", "")]
    public void Missing_IsWhatCTorSays(string required, string missing)
    {
        Assert.True(ProtocolVersions.TryParse(CTor, out ProtocolVersions ours));
        Assert.True(ProtocolVersions.TryParse(required, out ProtocolVersions theirs));
        Assert.Equal(missing, ours.Missing(theirs));
    }
}
