using GoTor.Client.Proxies;
using GoTor.Node.Configuration;
using GoTor.Node.Logging;

namespace GoTor.Node.Tests.Configuration;

/// <summary>
/// Files as they are out there, written for this test after the manner of Debian, Whonix, Tails, Umbrel and OnionShare: each loads, or is refused for
/// the reasons that are listed and no others.
/// </summary>
public sealed class WildTorrcTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-wild-");

    public void Dispose() => _folder.Delete(true);

    [Fact]
    public void Debian_ServiceDefaults_AreRefusedForWhatSystemdDoes()
    {
        // /usr/share/tor/tor-service-defaults-torrc of Debian's tor 0.4.9.
        ConfigurationResult result = Load("""
            DataDirectory /var/lib/tor
            PidFile /run/tor/tor.pid
            RunAsDaemon 1
            User debian-tor-of-nobody
            ControlSocket /run/tor/control GroupWritable RelaxDirModeCheck
            ControlSocketsGroupWritable 1
            SocksPort unix:/run/tor/socks WorldWritable
            SocksPort 9050
            CookieAuthentication 1
            CookieAuthFileGroupReadable 1
            CookieAuthFile /run/tor/control.authcookie
            Log notice syslog
            """);
        Assert.Equal([3, 4], result.Problems.Select(problem => problem.Source.Line).Order());
    }

    [Fact]
    public void Debian_AsItsServiceStartsIt_Loads()
    {
        NodeConfiguration configuration = Loaded($"""
            ## Configuration file for a typical Tor user
            #SocksPort 9050
            DataDirectory /var/lib/tor
            PidFile /run/tor/tor.pid
            RunAsDaemon 0
            User {Environment.UserName}
            SocksPort unix:/run/tor/socks WorldWritable
            SocksPort 9050
            Log notice syslog
            """);
        Assert.Equal(2, configuration.SocksPorts.Count);
        Assert.Equal("/run/tor/tor.pid", configuration.PidFile);
        Assert.Equal(LogTarget.Syslog, Assert.Single(configuration.Logs).Target);
    }

    [Fact]
    public void WhonixLike_Gateway_Loads()
    {
        NodeConfiguration configuration = Loaded("""
            VirtualAddrNetworkIPv4 10.192.0.0/10
            AutomapHostsOnResolve 1
            DnsPort 127.0.0.1:5400
            TransPort 127.0.0.1:9041
            SocksPort 127.0.0.1:9050
            SocksPort 127.0.0.1:9100 IsolateDestAddr
            SocksPort 127.0.0.1:9102 IsolateDestAddr IsolateDestPort
            HTTPTunnelPort 127.0.0.1:9223
            Sandbox 0
            DisableNetwork 0
            """);
        Assert.Equal(3, configuration.SocksPorts.Count);
        Assert.Equal([ProxyKind.HttpTunnel, ProxyKind.Transparent], configuration.OtherPorts.Select(port => port.Kind).Order());
        Assert.Equal(5400, Assert.Single(configuration.DnsPorts).Address.Port);
        Assert.Equal("10.192.0.0/10", configuration.Client.AddressMap.VirtualAddrNetworkIPv4.ToString());
    }

    [Fact]
    public void TailsLike_IsRefusedForBridges_AndLoadsWithoutThem()
    {
        const string plain = """
            SocksPort 127.0.0.1:9050 IsolateDestAddr IsolateDestPort
            SocksPort 127.0.0.1:9062 IsolateDestAddr IsolateDestPort
            SocksPort 127.0.0.1:9150 IsolateSOCKSAuth KeepAliveIsolateSOCKSAuth
            ControlPort 9052
            CookieAuthentication 1
            DNSPort 5353
            AutomapHostsOnResolve 1
            AutomapHostsSuffixes .exit,.onion
            TransPort 9040
            WarnPlaintextPorts 23,109
            TrackHostExits
            """;
        Assert.Empty(Load(plain).Problems);
        ConfigurationResult bridges = Load(plain + "\nUseBridges 1\nBridge 192.0.2.1:443 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        Assert.Equal([12, 13], bridges.Problems.Select(problem => problem.Source.Line).Order());
    }

    [Fact]
    public void UmbrelLike_IsRefusedForItsOnionServiceOnly()
    {
        ConfigurationResult result = Load("""
            SocksPort 0.0.0.0:9050
            ControlPort 127.0.0.1:29051
            CookieAuthentication 1
            HashedControlPassword 16:158FBE422B1A9D996073BE2B9EC38852C70CE12362CA016F8F6859C426
            HiddenServiceDir /data/web
            HiddenServicePort 80 127.0.0.1:80
            """);
        Assert.Equal([5, 6], result.Problems.Select(problem => problem.Source.Line).Order());
        Assert.Contains(result.Warnings, warning => warning.Message.Contains("other machines", StringComparison.Ordinal));
    }

    [Fact]
    public void OnionShareLike_Loads()
    {
        Loaded("""
            DataDirectory /tmp/onionshare
            SocksPort 127.0.0.1:17600
            ControlPort 127.0.0.1:17601
            CookieAuthentication 1
            Log notice stdout
            GeoIPFile GEO
            """.Replace("GEO", WriteGeo(), StringComparison.Ordinal));
    }

    [Fact]
    public void RelayOptions_AreNamedInOneWarning()
    {
        ConfigurationResult result = Load("ORPort 9001\nNickname mine\nExitPolicy reject *:*\nExitPolicy accept *:80\nContactInfo nobody");
        Assert.Empty(result.Problems);
        Assert.Contains("ORPort, Nickname, ExitPolicy, ContactInfo", Assert.Single(result.Warnings).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EnforceDistinctSubnets 0")]
    [InlineData("ClientRejectInternalAddresses 0")]
    [InlineData("TrackHostExits .")]
    [InlineData("SocksPort 9050 UseDNSCache")]
    [InlineData("DNSPort 0.0.0.0:53")]
    [InlineData("SocksPolicy accept 10.0.0.0/8")]
    [InlineData("ExitNodes relay")]
    [InlineData("NumEntryGuards 8")]
    public void HarmfulSetting_IsWarnedOf(string line)
    {
        ConfigurationResult result = Load(line);
        Assert.Empty(result.Problems);
        Assert.Single(result.Warnings);
    }

    [Fact]
    public void Settings_Act()
    {
        NodeConfiguration configuration = Loaded("""
            FascistFirewall 1
            FirewallPorts 443
            UnixSocksGroupWritable 1
            SocksPort unix:/run/x/socks
            UseDefaultFallbackDirs 0
            SyslogIdentityTag home
            Log notice syslog
            LogTimeGranularity 1 second
            TruncateLogFile 1
            ClientDNSRejectInternalAddresses 0
            MapAddress *.a.example b.example
            TrackHostExits .example.com,host
            TrackHostExitsExpire 1 hour
            """);
        Assert.Equal("accept *:443", configuration.Client.ReachableAddresses);
        Assert.True(Assert.Single(configuration.SocksPorts).GroupWritable);
        Assert.Empty(configuration.Client.FallbackDirs!);
        LogRule log = Assert.Single(configuration.Logs);
        Assert.Equal(("Tor-home", TimeSpan.FromSeconds(1), true), (log.Path, log.Granularity, log.Truncates));
        Assert.False(configuration.Client.ClientDnsRejectInternalAddresses);
        Assert.Equal([("*.a.example", "b.example")], configuration.Client.AddressMap.MapAddresses);
        Assert.Equal([".example.com", "host"], configuration.Client.AddressMap.TrackHostExits);
        Assert.Equal(TimeSpan.FromHours(1), configuration.Client.AddressMap.TrackHostExitsExpire);
    }

    [Fact]
    public void Dump_IsReadAgainAsItIs()
    {
        ConfigurationResult first = Load("SocksPort 9050\nSocksPort 9051 IsolateDestAddr\nDataDirectory \"/a b#c\\\\d\"\nStrictNodes 1");
        string[] dump = [.. ConfigurationDump.Lines(first.Lines, whole: false)];
        Assert.Equal(["DataDirectory \"/a b#c\\\\d\"", "SocksPort 9050", "SocksPort 9051 IsolateDestAddr", "StrictNodes 1"], dump);
        Assert.Equal(dump, ConfigurationDump.Lines(Load(string.Join('\n', dump)).Lines, whole: false));
        Assert.True(ConfigurationDump.Lines(first.Lines, whole: true).Count() > dump.Length);
    }

    private string WriteGeo()
    {
        string path = Path.Combine(_folder.FullName, "geoip");
        File.WriteAllText(path, "16777216,16777471,AU\n");
        return path;
    }

    private ConfigurationResult Load(string torrc)
    {
        string path = Path.Combine(_folder.FullName, "torrc");
        File.WriteAllText(path, torrc);
        return ConfigurationFiles.Load(CommandLine.Parse(["-f", path]));
    }

    private NodeConfiguration Loaded(string torrc)
    {
        ConfigurationResult result = Load(torrc);
        Assert.Empty(result.Problems);
        return result.Configuration!;
    }
}
