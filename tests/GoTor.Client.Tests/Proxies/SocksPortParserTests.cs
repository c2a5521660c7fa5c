using System.Net;
using GoTor.Client.Proxies;

namespace GoTor.Client.Tests.Proxies;

public sealed class SocksPortParserTests
{
    [Theory]
    [InlineData("9050", "127.0.0.1:9050")]
    [InlineData("auto", "127.0.0.1:0")]
    [InlineData("127.0.0.2:9150", "127.0.0.2:9150")]
    [InlineData("192.168.0.1:auto", "192.168.0.1:0")]
    [InlineData("[::1]:9050", "[::1]:9050")]
    [InlineData("  9051   IsolateDestAddr", "127.0.0.1:9051")]
    public void Parse_Address_AsCTor(string line, string address) => Assert.Equal(IPEndPoint.Parse(address), SocksPortOptions.Parse(line).Address);

    [Theory]
    [InlineData("unix:/run/tor/socks", "/run/tor/socks")]
    [InlineData("unix:\"/run/a b/\\\"socks\\\\\" GroupWritable", "/run/a b/\"socks\\")]
    public void Parse_UnixSocket_TakesPathAndDropsClientAddress(string line, string path)
    {
        SocksPortOptions options = SocksPortOptions.Parse(line);
        Assert.Equal(path, options.UnixPath);
        Assert.Equal(IsolationFlags.SocksAuth, options.Isolation);
    }

    [Fact]
    public void Parse_NoFlags_GivesCTorsDefaults()
    {
        Assert.Equal(new SocksPortOptions(), SocksPortOptions.Parse("9050"));
        SocksPortOptions defaults = new();
        Assert.Equal(IsolationFlags.ClientAddr | IsolationFlags.SocksAuth, defaults.Isolation);
        Assert.True(defaults is { IPv4Traffic: true, IPv6Traffic: true, DnsRequest: true, OnionTraffic: true, PreferIPv6: false });
    }

    [Fact]
    public void Parse_Zero_IsDisabled() => Assert.True(SocksPortOptions.Parse("0").IsDisabled);

    [Fact]
    public void Parse_AllFlags_LastOneWins()
    {
        SocksPortOptions options = SocksPortOptions.Parse(
            "9050 isolatedestports IsolateDestAddr NoIsolateDestAddr IsolateClientProtocol NoIsolateClientAddr KeepAliveIsolateSOCKSAuth "
            + "SessionGroup=7 NoIPv4Traffic PreferIPv6 NoOnionTraffic ExtendedErrors PreferSOCKSNoAuth NoCacheDNS");
        Assert.Equal(
            new SocksPortOptions
            {
                Isolation = IsolationFlags.SocksAuth | IsolationFlags.ClientProtocol | IsolationFlags.DestPort,
                KeepAliveIsolateSocksAuth = true,
                SessionGroup = 7,
                IPv4Traffic = false,
                PreferIPv6 = true,
                OnionTraffic = false,
                ExtendedErrors = true,
                PreferSocksNoAuth = true,
            },
            options);
    }

    [Fact]
    public void Parse_OnionTrafficOnly_ForbidsTheRest() =>
        Assert.True(SocksPortOptions.Parse("9050 OnionTrafficOnly") is { IPv4Traffic: false, IPv6Traffic: false, DnsRequest: false, OnionTraffic: true });

    [Fact]
    public void Parse_NoIsolateSocksAuth_StopsAskingForPasswords() =>
        Assert.True(SocksPortOptions.Parse("9050 NoIsolateSOCKSAuth").PreferSocksNoAuth);

    [Theory]
    [InlineData("9050 IsolateDestAdr", "IsolateDestAddr")]
    [InlineData("9050 NoIsolateSocksAut", "NoIsolateSOCKSAuth")]
    [InlineData("9050 ExtendedError", "ExtendedErrors")]
    [InlineData("9050 UseDNSCach", "UseDNSCache")]
    [InlineData("9050 PreferIPv6Automa", "PreferIPv6Automap")]
    [InlineData("9050 NoOnionTrafficOnly", "NoOnionTrafficOnly")]
    [InlineData("9050 SessionGroup=x", "SessionGroup=x")]
    [InlineData("9050 SessionGroup=-1", "SessionGroup=-1")]
    [InlineData("9050 SessionGroup=1 SessionGroup=2", "SessionGroup")]
    [InlineData("9050 GroupWritable", "unix")]
    [InlineData("9050 NoIsolateSOCKSAuth KeepAliveIsolateSOCKSAuth", "KeepAliveIsolateSOCKSAuth")]
    [InlineData("9050 NoIPv4Traffic NoIPv6Traffic", "NoDNSRequest")]
    [InlineData("9050 OnionTrafficOnly NoOnionTraffic", "no use")]
    [InlineData("0 IsolateDestAddr", "no flags")]
    [InlineData("", "is not a port")]
    [InlineData("65536", "65536")]
    [InlineData("-1", "-1")]
    [InlineData("localhost:9050", "localhost:9050")]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("127.0.0.1:", "127.0.0.1:")]
    [InlineData("::1:9050", "::1:9050")]
    [InlineData("127.1:9050", "127.1:9050")]
    [InlineData("unix:relative", "relative")]
    [InlineData("unix:\"/run/socks", "quotes")]
    public void Parse_Wrong_SaysWhatAndWhatWasMeant(string line, string part) =>
        Assert.Contains(part, Assert.Throws<FormatException>(() => SocksPortOptions.Parse(line)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024 - 128)]
    [InlineData("Max open files            unlimited            unlimited            files     ", 32768)]
    [InlineData("Max open files            64                   64                   files     ", 16)]
    public void ConnectionLimit_FromKernelsText_LeavesReserve(string line, int limit) =>
        Assert.Equal(limit, ConnectionLimit.FromLimits(["Limit                     Soft Limit           Hard Limit           Units     ", line]));
}
