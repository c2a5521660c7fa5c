using System.Net;
using GoTor.Client.Proxies.Mapping;
using GoTor.Client.Streams;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Tests.Proxies.Mapping;

/// <summary>What applications at a SOCKS port see of the address map.</summary>
public class MappedRequestTests
{
    private const int Resolve = 0xF0;
    private const string Granted = "0500" + "05000001000000000000";
    private const string Failed = "0500" + "05010001000000000000";
    private static readonly Relay Mullein = NewRelay("mullein", 'B');

    [Fact]
    public async Task Connect_MappedName_GoesToItsTarget_AndIsIsolatedByWhatWasSaid()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(
            "auto IsolateDestAddr", map: new AddressMapOptions { MapAddresses = [("*.example.com", "*.example.org")] });
        using Application application = await harness.ConnectAsync(Application.Connect5("WWW.example.com"));
        Assert.Equal(Granted, await application.ReadReplyAsync());
        StreamRequest request = Assert.Single(harness.Tor.Requests);
        Assert.Equal("www.example.org", request.Host);
        Assert.Equal("www.example.com", request.Isolation.DestinationHost);
    }

    [Theory]
    [InlineData("example.com.mullein.exit")]
    [InlineData("mullein.exit")]
    [InlineData("exit")]
    [InlineData("example.com.mullein.EXIT.")]
    public async Task Connect_ExitNotation_FromAnApplication_IsRefused(string host)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync();
        harness.FindExit = _ => Mullein;
        using Application application = await harness.ConnectAsync(Application.Connect5(host));
        Assert.Equal(Failed, await application.ReadReplyAsync());
        Assert.Empty(harness.Tor.Requests);
    }

    [Theory]
    [InlineData("there.example.mullein.exit", "there.example")]
    [InlineData("mullein.exit", "192.0.2.66")]
    [InlineData("127.0.0.1.mullein.exit", "127.0.0.1")]
    public async Task Connect_ExitNotation_FromMapAddress_ChoosesTheExit(string target, string host)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(map: new AddressMapOptions { MapAddresses = [("here.example", target)] });
        harness.FindExit = name => name == "mullein" ? Mullein : null;
        using Application application = await harness.ConnectAsync(Application.Connect5("here.example"));
        Assert.Equal(Granted, await application.ReadReplyAsync());
        StreamRequest request = Assert.Single(harness.Tor.Requests);
        Assert.Equal(host, request.Host);
        Assert.Equal(new PinnedExit(Mullein.RsaIdentity, MayBeForgotten: false), request.Exit);
    }

    [Theory]
    [InlineData("there.example.unknown.exit")]
    [InlineData("unknown.exit")]
    public async Task Connect_UnknownExitFromMapAddress_IsRefused(string target)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(map: new AddressMapOptions { MapAddresses = [("here.example", target)] });
        using Application application = await harness.ConnectAsync(Application.Connect5("here.example"));
        Assert.Equal(Failed, await application.ReadReplyAsync());
        Assert.Empty(harness.Tor.Requests);
    }

    [Fact]
    public async Task Resolve_AutomappedName_GetsAnAddress_ThatLeadsBackToTheName()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(
            "auto NoPreferIPv6Automap", map: new AddressMapOptions { AutomapHostsOnResolve = true, AutomapHostsSuffixes = [".test"] });
        using Application lookup = await harness.ConnectAsync(Application.Connect5("name.test", 0, Resolve));
        string reply = await lookup.ReadReplyAsync();
        Assert.StartsWith("0500" + "05000001", reply, StringComparison.Ordinal);
        IPAddress address = new(Convert.FromHexString(reply.AsSpan(12, 8)));
        Assert.True(VirtualNetwork.DefaultIPv4.Contains(address));
        Assert.Empty(harness.Tor.Requests);

        using Application application = await harness.ConnectAsync(Application.Connect5(address.ToString()));
        Assert.Equal(Granted, await application.ReadReplyAsync());
        Assert.Equal("name.test", Assert.Single(harness.Tor.Requests).Host);
    }

    [Fact]
    public async Task Resolve_AutomappedName_PrefersIPv6WhereTheApplicationCanSayIt()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(
            map: new AddressMapOptions { AutomapHostsOnResolve = true, AutomapHostsSuffixes = ["."] });
        using Application socks5 = await harness.ConnectAsync(Application.Connect5("name.test", 0, Resolve));
        Assert.StartsWith("0500" + "05000004fe", await socks5.ReadReplyAsync(24), StringComparison.Ordinal);
        using Application socks4 = await harness.ConnectAsync("\x04\xF0\0\0\0\0\0\x01\0name.test\0");
        Assert.StartsWith("005a00007f", await socks4.ReadReplyAsync(8), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.192.0.77")]
    [InlineData("[fe80::77]")]
    [InlineData("abcdefghijklmnop.virtual")]
    public async Task Connect_VirtualAddressWithoutName_NeverGoesToAnExit(string host)
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(options: new() { ClientRejectInternalAddresses = false });
        using Application application = await harness.ConnectAsync(Application.Connect5(host));
        Assert.Equal(Failed, await application.ReadReplyAsync());
        Assert.Empty(harness.Tor.Requests);
    }

    [Fact]
    public async Task Resolve_WithCacheFlags_AsksOnce_WithoutThemEveryTime()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync("auto CacheDNS UseDNSCache");
        for (int i = 0; i < 2; i++)
        {
            using Application lookup = await harness.ConnectAsync(Application.Connect5("example.com", 0, Resolve));
            Assert.Equal("0500" + "05000001c00002070000", await lookup.ReadReplyAsync());
        }

        Assert.Single(harness.Tor.Requests);
        await using SocksHarness plain = await SocksHarness.StartAsync();
        for (int i = 0; i < 2; i++)
        {
            using Application lookup = await plain.ConnectAsync(Application.Connect5("example.com", 0, Resolve));
            await lookup.ReadReplyAsync();
        }

        Assert.Equal(2, plain.Tor.Requests.Count);
        Assert.Empty(plain.Map.List(AddressMapList.All));
    }

    [Fact]
    public async Task Connect_TrackedHost_KeepsItsExit_UntilTheExitFails()
    {
        await using SocksHarness harness = await SocksHarness.StartAsync(map: new AddressMapOptions { TrackHostExits = [".example.com"] });
        Relay second = NewRelay("second", 'C');
        RsaIdentity current = Mullein.RsaIdentity;
        harness.FindExit = name => new[] { Mullein, second }.FirstOrDefault(relay => relay.RsaIdentity.ToString() == name);
        harness.Tor.OnConnect = (request, _) => request.Exit is { } pinned && pinned.Identity != current
            ? throw new TorException(TorErrorKind.NoPath, "It is gone.")
            : Task.FromResult<TorStream>(new FakeTorStream { Through = current });

        await ConnectAsync();
        Assert.Null(harness.Tor.Requests.Last().Exit);
        await ConnectAsync();
        Assert.Equal(new PinnedExit(Mullein.RsaIdentity, MayBeForgotten: true), harness.Tor.Requests.Last().Exit);
        Assert.Equal("www.example.com", harness.Tor.Requests.Last().Host);

        current = second.RsaIdentity;
        await ConnectAsync();
        await ConnectAsync();
        Assert.Equal(second.RsaIdentity, harness.Tor.Requests.Last().Exit!.Identity);

        async Task ConnectAsync()
        {
            using Application application = await harness.ConnectAsync(Application.Connect5("www.example.com"));
            Assert.Equal(Granted, await application.ReadReplyAsync());
        }
    }

    private static Relay NewRelay(string nickname, char digit) => new()
    {
        Nickname = nickname,
        RsaIdentity = RsaIdentity.TryParseHex(new string(digit, 40), out RsaIdentity identity) ? identity : default,
        OrPort = new IPEndPoint(IPAddress.Parse("192.0.2.66"), 9001),
        Flags = RelayFlags.Exit,
        Bandwidth = 1,
        Protocols = ProtocolVersions.TryParse("Link=1-5", out ProtocolVersions versions) ? versions : throw new FormatException(),
        MicrodescriptorDigest = default,
    };
}
