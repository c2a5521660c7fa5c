using System.Net;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Network;

public sealed class RelayDiversityTests
{
    private static readonly RelayDiversity Usual = new(enforceDistinctSubnets: true, useFamilyLists: true, useFamilyIds: true);

    [Theory]
    [InlineData("18.0.0.1", "18.0.255.254", true)]
    [InlineData("18.0.0.1", "18.1.0.1", false)]
    [InlineData("0.0.0.0", "0.0.0.0", false)]
    public void IPv4_WithinASlash16_IsOneNetwork(string a, string b, bool same) => Assert.Equal(same, RelayDiversity.SameSubnet(At(1, a), At(2, b)));

    [Theory]
    [InlineData("2a00:1::1", "2a00:1:ffff::2", true)]
    [InlineData("2a00:1::1", "2a00:2::1", false)]
    [InlineData("::", "::", false)]
    [InlineData("2a00:1::1", null, false)]
    public void IPv6_WithinASlash32_IsOneNetwork(string a, string? b, bool same)
    {
        Assert.Equal(same, RelayDiversity.SameSubnet(At(1, "18.0.0.1", a), At(2, "19.0.0.1", b)));
        Assert.Equal(same, Usual.Conflict(At(1, "18.0.0.1", a), At(2, "19.0.0.1", b)));
        Assert.False(new RelayDiversity(false, true, true).Conflict(At(1, "18.0.0.1", a), At(2, "19.0.0.1", b)));
    }

    [Fact]
    public void Family_ThatOnlyOneSideNames_IsNone()
    {
        Relay a = At(1, "18.0.0.1");
        Relay b = At(2, "19.0.0.1");
        Relay aNamesB = Naming(a, b.RsaIdentity);
        Relay bNamesA = Naming(b, a.RsaIdentity);
        Assert.False(Usual.SameFamily(aNamesB, b));
        Assert.False(Usual.SameFamily(b, aNamesB));
        Assert.True(Usual.SameFamily(aNamesB, bNamesA));
        Assert.True(Usual.Conflict(aNamesB, bNamesA));
        Assert.False(new RelayDiversity(true, useFamilyLists: false, useFamilyIds: true).SameFamily(aNamesB, bNamesA));
    }

    [Fact]
    public void FamilyId_InCommon_IsAFamily()
    {
        Relay a = WithIds(At(1, "18.0.0.1"), "ed25519:one", "ed25519:two");
        Relay b = WithIds(At(2, "19.0.0.1"), "ed25519:two");
        Relay c = WithIds(At(3, "20.0.0.1"), "ed25519:Two");
        Assert.True(Usual.SameFamily(a, b));
        Assert.False(Usual.SameFamily(a, c));
        Assert.False(new RelayDiversity(true, useFamilyLists: true, useFamilyIds: false).SameFamily(a, b));
    }

    [Fact]
    public void Relay_MeetsItselfNever() => Assert.True(new RelayDiversity(false, false, false).Conflict(At(1, "18.0.0.1"), At(1, "99.0.0.1")));

    [Theory]
    [InlineData(null, true)]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void Parameters_SwitchEachKindOfFamily(int? value, bool used)
    {
        Relay a = WithIds(Naming(At(1, "18.0.0.1"), At(2, "19.0.0.1").RsaIdentity), "x");
        Relay b = WithIds(Naming(At(2, "19.0.0.1"), At(1, "18.0.0.1").RsaIdentity), "y");
        Dictionary<string, int> lists = value is null ? [] : new() { ["use-family-lists"] = value.Value };
        Assert.Equal(used, RelayDiversity.From(new ConsensusParameters(lists), true).SameFamily(a, b));
        Relay c = WithIds(At(3, "20.0.0.1"), "x");
        Dictionary<string, int> ids = value is null ? [] : new() { ["use-family-ids"] = value.Value };
        Assert.Equal(used, RelayDiversity.From(new ConsensusParameters(ids), true).SameFamily(a, c));
    }

    private static Relay At(int index, string address, string? addressV6 = null) => SyntheticNetwork.Relay(index) with
    {
        OrPort = new IPEndPoint(IPAddress.Parse(address), 9001),
        OrPortV6 = addressV6 is null ? null : new IPEndPoint(IPAddress.Parse(addressV6), 9001),
    };

    private static Relay Naming(Relay relay, RsaIdentity other) => relay with { Microdescriptor = relay.Microdescriptor! with { Family = [other] } };

    private static Relay WithIds(Relay relay, params string[] ids) => relay with { Microdescriptor = relay.Microdescriptor! with { FamilyIds = ids } };
}
