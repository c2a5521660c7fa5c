using System.Net;
using System.Net.Sockets;
using GoTor.Client.Proxies.Mapping;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Wire;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Proxies.Mapping;

/// <summary>Vectors marked so are those of C tor's test_config.c (addressmap) and test_addr.c (virtaddr), 0.4.9.11.</summary>
public class AddressMapTests
{
    private static readonly RsaIdentity Exit = Parse(new string('A', 40));

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    // C tor: test_config.c, test_config_addressmap.
    [Theory]
    [InlineData("reader.google.com", "reader.torserver.exit")]
    [InlineData("reader.yahoo.com", "reader.google.com.torserver.exit")]
    [InlineData("cnn.com", "www.cnn.com")]
    [InlineData("www.cnn.com", "www.cnn.com")]
    [InlineData("www.cn.com", "www.cnn.com")]
    [InlineData("www.ex.com", null)]
    [InlineData("ey.com", null)]
    [InlineData("www.google.com", "3.3.3.3")]
    [InlineData("www.torproject.org", "1.1.1.1")]
    [InlineData("other.torproject.org", "this.torproject.org.otherserver.exit")]
    [InlineData("www.example.org", "5.5.5.5")]
    [InlineData("www.infiniteloop.org", "www.infiniteloop.org")]
    [InlineData("www.example.com", null)]
    [InlineData("WWW.Example.ORG", "5.5.5.5")]
    public void Rewrite_CTorsVectors(string host, string? expected)
    {
        AddressMap map = NewMap(Lines("""
            *.google.com *.torserver.exit
            *.yahoo.com *.google.com.torserver.exit
            *.cn.com www.cnn.com
            *.cnn.com www.cnn.com
            ex.com www.cnn.com
            www.torproject.org 1.1.1.1
            other.torproject.org this.torproject.org.otherserver.exit
            www.google.com 3.3.3.3
            www.example.org 4.4.4.4
            4.4.4.4 7.7.7.7
            4.4.4.4 5.5.5.5
            www.infiniteloop.org 6.6.6.6
            6.6.6.6 www.infiniteloop.org
            """));
        RewrittenHost result = map.Rewrite(host, AddressMapUse.MapAddress);
        Assert.Equal(expected ?? host, result.Host);
        Assert.False(map.Rewrite(host, AddressMapUse.Automap | AddressMapUse.TrackExit).Changed);
    }

    // C tor: test_config.c, "Test top-level-domain matching a bit harder".
    [Theory]
    [InlineData("www.abc.com", "www.abc.torserver.exit")]
    [InlineData("www.torproject.org", "1.1.1.1")]
    [InlineData("test.torproject.org", "1.1.1.1")]
    [InlineData("torproject.net", "2.2.2.2")]
    public void Rewrite_WildcardsOfTopLevelDomains(string host, string expected)
    {
        AddressMap map = NewMap(Lines("""
            *.com *.torserver.exit
            *.torproject.org 1.1.1.1
            *.net 2.2.2.2
            """));
        Assert.Equal(expected, map.Rewrite(host, AddressMapUse.MapAddress).Host);
    }

    [Theory]
    [InlineData("*", "*.torserver.exit", "can't remap from or to *")]
    [InlineData("example.com", "*", "can't remap from or to *")]
    [InlineData("ey.com", "*.cnn.com", "can only use wildcard (i.e. '*.') if 'from' address uses wildcard also")]
    [InlineData("example.com", "not:a:name", "destination is invalid")]
    [InlineData("example.com", "a b", "destination is invalid")]
    [InlineData("example.com", "[2001:db8::1]", null)]
    public void Check_SaysWhatCTorSays(string from, string to, string? expected) => Assert.Equal(expected, AddressMap.Check(from, to));

    [Fact]
    public void TryMap_ToItself_RemovesTheMapping()
    {
        AddressMap map = NewMap();
        Assert.True(map.TryMap("example.com", "example.org", AddressMapSource.Controller, out _));
        Assert.Equal("example.org", map.Rewrite("example.com", AddressMapUse.MapAddress).Host);
        Assert.True(map.TryMap("example.com", "EXAMPLE.com", AddressMapSource.Controller, out _));
        Assert.False(map.Rewrite("example.com", AddressMapUse.MapAddress).Changed);
        Assert.Empty(map.List(AddressMapList.All));
    }

    [Fact]
    public void Mapped_IsRaisedForEveryMapping_WithWhatControllersSee()
    {
        AddressMap map = NewMap();
        List<AddressMapping> seen = [];
        map.Mapped += seen.Add;
        map.TryMap("*.example.com", "*.example.org", AddressMapSource.Controller, out _);
        map.RememberAnswer("example.net", IPAddress.Parse("192.0.2.1"), null, TimeSpan.FromMinutes(1), 7);
        Assert.Equal(
            [
                new AddressMapping("*.example.com", "*.example.org", AddressMapSource.Controller, null),
                new AddressMapping("example.net", "192.0.2.1", AddressMapSource.Dns, _time.GetUtcNow().AddMinutes(1), 7),
            ],
            seen);
    }

    [Fact]
    public void List_SortsByWhatCTorCallsThem()
    {
        AddressMap map = NewMap(Lines("a.example b.example"));
        map.TryMap("c.example", "d.example", AddressMapSource.Controller, out _);
        string stand = map.MapVirtual(VirtualAddressKind.IPv4, "e.example")!;
        map.RememberAnswer("f.example", IPAddress.Loopback, null, TimeSpan.FromMinutes(1));
        Assert.Equal(["a.example"], map.List(AddressMapList.Config).Select(m => m.From));
        Assert.Equal(new[] { "c.example", stand }.Order(StringComparer.Ordinal), map.List(AddressMapList.Control).Select(m => m.From));
        Assert.Equal(["f.example"], map.List(AddressMapList.Cache).Select(m => m.From));
        Assert.Equal(4, map.List(AddressMapList.All).Count);
        map.ClearTransient();
        Assert.Empty(map.List(AddressMapList.Cache));
        Assert.Equal(3, map.List(AddressMapList.All).Count);
    }

    // C tor: test_addr.c, test_virtaddrmap_persist.
    [Fact]
    public void MapVirtual_Hostname_IsSixteenLettersAndKept()
    {
        AddressMap map = NewMap();
        string first = map.MapVirtual(VirtualAddressKind.Hostname, "foobar.baz")!;
        Assert.Matches("^[a-z2-7]{16}\\.virtual$", first);
        Assert.Equal(first, map.MapVirtual(VirtualAddressKind.Hostname, "FOOBAR.baz"));
        Assert.NotEqual(first, map.MapVirtual(VirtualAddressKind.Hostname, "foobar.quux"));
        Assert.Equal("foobar.baz", map.Rewrite(first, AddressMapUse.Automap).Host);
        Assert.True(map.IsVirtual(first));
    }

    [Theory]
    [InlineData("192.168.0.0/16", AddressFamily.InterNetwork, VirtualAddressKind.IPv4, "^192\\.168\\.")]
    [InlineData("[1010:F000::]/20", AddressFamily.InterNetworkV6, VirtualAddressKind.IPv6, "^\\[1010:f")]
    [InlineData("127.192.0.0/10", AddressFamily.InterNetwork, VirtualAddressKind.IPv4, "^127\\.(19[2-9]|2\\d\\d)\\.")]
    [InlineData("[FE80::]/10", AddressFamily.InterNetworkV6, VirtualAddressKind.IPv6, "^\\[fe[89ab]")]
    public void MapVirtual_Addresses_LieInTheNetwork(string network, AddressFamily family, object kind, string pattern)
    {
        Assert.True(VirtualNetwork.TryParse(network, family, out VirtualNetwork? parsed, out _));
        AddressMap map = NewMap(new AddressMapOptions { VirtualAddrNetworkIPv4 = parsed, VirtualAddrNetworkIPv6 = parsed });
        for (int i = 0; i < 200; i++)
        {
            string address = map.MapVirtual((VirtualAddressKind)kind, $"host{i}.example")!;
            Assert.Matches(pattern, address);
            Assert.DoesNotMatch("^[0-9.]*\\.(0|255)$", address);
            Assert.True(map.IsVirtual(address));
            Assert.Equal($"host{i}.example", map.Rewrite(address, AddressMapUse.Automap).Host);
        }
    }

    [Theory]
    [InlineData("127.0.0.0/17", AddressFamily.InterNetwork, "/16")]
    [InlineData("[fe80::]/105", AddressFamily.InterNetworkV6, "/104")]
    [InlineData("[fe80::]/10", AddressFamily.InterNetwork, "127.192.0.0/10")]
    [InlineData("127.0.0.0/8", AddressFamily.InterNetworkV6, "[FE80::]/10")]
    [InlineData("127.192.0.0", AddressFamily.InterNetwork, "127.192.0.0/10")]
    [InlineData("", AddressFamily.InterNetwork, "127.192.0.0/10")]
    public void VirtualNetwork_Wrong_SaysWhatWouldBeRight(string text, AddressFamily family, string part)
    {
        Assert.False(VirtualNetwork.TryParse(text, family, out _, out string? error));
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Fact]
    public void RememberAnswer_IsUsedOnlyByWhomAsksForIt_AndEnds()
    {
        AddressMap map = NewMap();
        map.RememberAnswer("example.com", IPAddress.Parse("192.0.2.1"), null, TimeSpan.FromMinutes(1));
        map.RememberAnswer("example.com", IPAddress.Parse("192.0.2.2"), null, TimeSpan.FromMinutes(9)); // The first stays.
        Assert.False(map.Rewrite("example.com", AddressMapUse.MapAddress | AddressMapUse.IPv6Answers).Changed);
        RewrittenHost used = map.Rewrite("example.com", AddressMapUse.IPv4Answers);
        Assert.Equal("192.0.2.1", used.Host);
        Assert.Equal(_time.GetUtcNow().AddMinutes(1), used.Expires);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(map.Rewrite("example.com", AddressMapUse.IPv4Answers).Changed);
    }

    [Fact]
    public void RememberReverse_AnswersReverseLookups()
    {
        AddressMap map = NewMap();
        map.RememberReverse(IPAddress.Parse("192.0.2.1"), "Host.example", TimeSpan.FromMinutes(1));
        Assert.Equal("host.example", map.RewriteReverse(IPAddress.Parse("192.0.2.1"), AddressMapUse.IPv4Answers));
        Assert.Null(map.RewriteReverse(IPAddress.Parse("192.0.2.1"), AddressMapUse.IPv6Answers));
        Assert.Equal("REVERSE[192.0.2.1]", Assert.Single(map.List(AddressMapList.Cache)).From);
    }

    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("example.com", "www.example.com", false)]
    [InlineData(".example.com", "www.example.com", true)]
    [InlineData(".example.com", "example.com", true)]
    [InlineData(".example.com", "badexample.com", false)]
    [InlineData(".", "anything", true)]
    public void NoteExit_TracksWhatTheOptionNames(string tracked, string host, bool expected)
    {
        AddressMap map = NewMap(new AddressMapOptions { TrackHostExits = [tracked] });
        map.NoteExit(host, Exit);
        RewrittenHost result = map.Rewrite(host, AddressMapUse.TrackExit);
        Assert.Equal(expected ? $"{host}.{Exit}.exit" : host, result.Host);
        Assert.Equal(expected ? AddressMapSource.TrackExit : null, result.ExitSource);
    }

    [Fact]
    public void NoteExit_AgainLater_KeepsTheMappingAlive()
    {
        AddressMap map = NewMap(new AddressMapOptions { TrackHostExits = ["."], TrackHostExitsExpire = TimeSpan.FromMinutes(30) });
        map.NoteExit("example.com", Exit);
        _time.Advance(TimeSpan.FromMinutes(29));
        map.NoteExit("example.com", Exit);
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.True(map.Rewrite("example.com", AddressMapUse.TrackExit).Changed);
        map.ForgetExit(Exit);
        Assert.False(map.Rewrite("example.com", AddressMapUse.TrackExit).Changed);
    }

    [Fact]
    public void Reconfigure_ForgetsWhatIsNoLongerAskedFor_AndKeepsWhatControllersMade()
    {
        AddressMap map = NewMap(new AddressMapOptions
        {
            MapAddresses = [("a.example", "b.example")],
            AutomapHostsOnResolve = true,
            TrackHostExits = ["c.example", "d.example"],
        });
        map.TryMap("e.example", "f.example", AddressMapSource.Controller, out _);
        map.MapVirtual(VirtualAddressKind.IPv4, "g.onion");
        map.NoteExit("c.example", Exit);
        map.NoteExit("d.example", Exit);
        map.Reconfigure(new AddressMapOptions { TrackHostExits = ["d.example"] });
        Assert.Equal(["d.example", "e.example"], map.List(AddressMapList.All).Select(m => m.From));
        Assert.Equal(["e.example"], map.List(AddressMapList.Control).Select(m => m.From));
        map.ClearTrackedExits(_ => false);
        Assert.Equal(["e.example"], map.List(AddressMapList.All).Select(m => m.From));
    }

    [Fact]
    public void MapVirtual_ManyNames_HasABound()
    {
        AddressMap map = NewMap();
        int count = 0;
        while (count < 200_000 && map.MapVirtual(VirtualAddressKind.IPv6, $"{count}.example") is not null)
            count++;
        Assert.Equal(65_536, count);
    }

    [Fact]
    public void Entries_WhenPrinted_SayNothing()
    {
        Assert.Equal("[scrubbed]", new AddressMapping("a", "b", AddressMapSource.Dns, null).ToString());
        Assert.Equal("[scrubbed]", new RewrittenHost("a", true, null, null).ToString());
    }

    private static RsaIdentity Parse(string hex) => RsaIdentity.TryParseHex(hex, out RsaIdentity identity) ? identity : throw new FormatException();

    private static AddressMapOptions Lines(string lines) => new()
    {
        MapAddresses = [.. lines.Split('\n').Select(line => line.Trim().Split(' ')).Select(parts => (parts[0], parts[1]))],
    };

    [Fact]
    public void Reconfigure_NobodySeesAMapWithoutItsLines()
    {
        AddressMap map = NewMap(Lines("""
            one.example here.example
            two.example there.example
            """));
        List<string> seen = [];
        map.Mapped += _ => seen.Add(map.Rewrite("two.example", AddressMapUse.MapAddress).Host);
        map.Reconfigure(Lines("""
            one.example elsewhere.example
            two.example there.example
            """));
        Assert.Equal(["there.example", "there.example"], seen);
    }

    [Fact]
    public void Reconfigure_WithALineThatCannotBe_ChangesNothing()
    {
        AddressMap map = NewMap(Lines("one.example here.example"));
        Assert.Throws<ArgumentException>(() => map.Reconfigure(new AddressMapOptions { MapAddresses = [("one.example", "there.example"), ("*", "x.example")] }));
        Assert.Equal("here.example", map.Rewrite("one.example", AddressMapUse.MapAddress).Host);
        Assert.Equal([("one.example", "here.example")], map.Options.MapAddresses);
    }

    private AddressMap NewMap(AddressMapOptions? options = null) => new(options ?? new AddressMapOptions(), TorRandom.Secure, _time);
}
