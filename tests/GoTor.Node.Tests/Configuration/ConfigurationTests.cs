using GoTor.Node.Configuration;
using GoTor.Node.Logging;
using GoTor.Protocol.Channels;

namespace GoTor.Node.Tests.Configuration;

public sealed class ConfigurationTests : IDisposable
{
    private const string Authority = "DirAuthority a orport=5001 v3ident=0123456789012345678901234567890123456789 127.1.2.3:7001 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-config-");

    public void Dispose() => _folder.Delete(true);

    [Fact]
    public void Nothing_Given_AimsAtThePublicNetwork()
    {
        NodeConfiguration configuration = Load("");
        Assert.Equal("public", configuration.NetworkName);
        Assert.Single(configuration.SocksPorts);
        Assert.True(configuration.Client.EnforceDistinctSubnets);
        Assert.True(configuration.Client.ClientRejectInternalAddresses);
    }

    [Fact]
    public void TestingTorNetwork_ChangesDefaults_ButNotWhatWasSaid()
    {
        NodeConfiguration configuration = Load(Authority + "\nTestingTorNetwork 1\nEnforceDistinctSubnets 1");
        Assert.Equal("custom", configuration.NetworkName);
        Assert.True(configuration.Client.EnforceDistinctSubnets);
        Assert.False(configuration.Client.ClientRejectInternalAddresses);
        Assert.True(configuration.Client.ExtendAllowPrivateAddresses);
    }

    [Fact]
    public void EveryProblem_IsReportedAtOnce_WithFileLineAndOption()
    {
        ConfigurationResult result = LoadResult("SoksPort 1\nStrictNodes maybe\nMaxCircuitDirtiness soon\nHiddenServiceDir /x\nRunAsDaemon 1");
        Assert.Null(result.Configuration);
        Assert.Equal([1, 2, 3, 4, 5], result.Problems.Select(problem => problem.Source.Line).Order());
        Assert.Contains(result.Problems, problem => problem.Message.Contains("Did you mean 'SocksPort'", StringComparison.Ordinal));
        Assert.Contains(result.Problems, problem => problem.Message.Contains("'HiddenServiceDir' exists in C tor", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("MaxCircuitDirtiness 90", 90)]
    [InlineData("MaxCircuitDirtiness 2 minutes", 120)]
    [InlineData("maxcircuitdirtiness 1 HOUR", 3600)]
    [InlineData("MaxCircuitDirtiness 15000 msec", 15)]
    [InlineData("MaxCircuitDirtiness 1 second", 10)]
    public void Interval_WithUnit_IsRead(string line, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Load(line).Client.MaxCircuitDirtiness);

    [Theory]
    [InlineData("MaxCircuitDirtiness -1")]
    [InlineData("MaxCircuitDirtiness 1.5 hours")]
    [InlineData("MaxCircuitDirtiness 10 fortnights")]
    [InlineData("MaxCircuitDirtiness 99999999999999999999")]
    [InlineData("NumEntryGuards 11")]
    [InlineData("PathsNeededToBuildCircuits much")]
    [InlineData("LongLivedPorts 22,0")]
    [InlineData("Log loud stdout")]
    [InlineData("Log [net]notice stdout")]
    [InlineData("Log warn-notice stdout")]
    [InlineData("Log notice journal")]
    [InlineData("User nobody-we-are")]
    [InlineData("UseBridges 1")]
    [InlineData("DisableNetwork 1")]
    [InlineData("TransProxyType TPROXY")]
    [InlineData("GeoIPExcludeUnknown maybe")]
    [InlineData("MapAddress one")]
    [InlineData("MapAddress .a.example b.example")]
    [InlineData("MapAddress *a.example b.example")]
    [InlineData("VirtualAddrNetworkIPv4 127.0.0.0/24")]
    [InlineData("DNSPort unix:/tmp/dns")]
    [InlineData("SocksPolicy maybe *")]
    [InlineData("ExitNodes {de}\nGeoIPFile /nonexistent/geoip")]
    [InlineData("ExitNodes $12")]
    [InlineData("ReachableAddresses nowhere")]
    [InlineData("ConnectionPadding 2")]
    [InlineData("TestingTorNetwork 1")]
    [InlineData("DirAuthority a 127.0.0.1:1 AAAA")]
    [InlineData("DirAuthority a orport=1 v3ident=1234 127.0.0.1:1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("DirAuthority a orport=1 example.com:1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("FallbackDir 192.0.2.1:80 orport=443")]
    [InlineData("ClientUseIPv4 0\nClientUseIPv6 0")]
    public void Value_Senseless_IsRefused(string torrc) => Assert.NotEmpty(LoadResult(torrc).Problems);

    [Theory]
    [InlineData("", ConnectionPadding.Auto, false)]
    [InlineData("ConnectionPadding 1", ConnectionPadding.On, false)]
    [InlineData("ConnectionPadding 0\nReducedConnectionPadding 1", ConnectionPadding.Off, true)]
    [InlineData("ConnectionPadding auto", ConnectionPadding.Auto, false)]
    internal void Padding_IsRead(string torrc, ConnectionPadding padding, bool reduced) =>
        Assert.Equal((padding, reduced), (Load(torrc).Client.ConnectionPadding, Load(torrc).Client.ReducedConnectionPadding));

    [Fact]
    public void CommandLine_OverTorrc_ReplacesOrAdds()
    {
        string torrc = Write("torrc", "SocksPort 9051\nSocksPort 9052\nStrictNodes 0");
        Assert.Single(LoadArguments("-f", torrc, "--SocksPort", "9060").Configuration!.SocksPorts);
        Assert.Equal(3, LoadArguments("-f", torrc, "--+SocksPort", "9060").Configuration!.SocksPorts.Count);
        Assert.Single(LoadArguments("-f", torrc, "-/SocksPort").Configuration!.SocksPorts); // Back to the default.
        Assert.Empty(LoadArguments("-f", torrc, "SocksPort", "0").Configuration!.SocksPorts);
        Assert.True(LoadArguments("-f", torrc, "StrictNodes", "1").Configuration!.Client.StrictNodes);
    }

    [Fact]
    public void GoTorFlags_AreUnderstood()
    {
        ConfigurationResult result = LoadArguments("-config", Write("torrc", ""), "-socks-port", "9150", "-data-dir", "/x/y", "-log-level", "debug");
        Assert.Equal("/x/y", result.Configuration!.Client.DataDirectory);
        Assert.Equal(new LogRule(LogSeverity.Debug, LogSeverity.Err, LogTarget.StandardOutput), Assert.Single(result.Configuration.Logs));
    }

    [Theory]
    [InlineData("-f")]
    [InlineData("-metrics-port", "much")]
    [InlineData("--MetricsToken", "secret")]
    [InlineData("-log-level", "chatty")]
    [InlineData("-f", "/does/not/exist")]
    public void CommandLine_Senseless_IsRefused(params string[] arguments) => Assert.NotEmpty(LoadArguments(arguments).Problems);

    [Fact]
    public void MissingTorrc_MayBeIgnored() =>
        Assert.NotNull(LoadArguments("-f", "/does/not/exist", "--ignore-missing-torrc").Configuration);

    [Fact]
    public void Include_FolderFilePatternAndNesting_AreReadInOrder()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "d"));
        Write("d/20.conf", "SocksPort 2");
        Write("d/10.conf", "SocksPort 1");
        Write("d/.hidden", "Nonsense");
        Write("more.inc", "SocksPort 3");
        string torrc = Write("torrc", "%include d\n%include *.inc\nSocksPort 4");
        List<ConfigProblem> problems = [];
        Assert.Equal(["1", "2", "3", "4"], TorrcFiles.Read(torrc, problems).Select(line => line.Value));
        Assert.Empty(problems);
    }

    [Fact]
    public void Include_OfItself_IsAProblemNotALoop()
    {
        List<ConfigProblem> problems = [];
        TorrcFiles.Read(Write("torrc", "%include torrc"), problems);
        Assert.Contains("include itself", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DirAuthority_AsChutneyWritesIt_IsRead()
    {
        var authority = Assert.Single(Load(Authority + " ").Client.DirAuthorities);
        Assert.Equal(("a", 5001, "127.1.2.3"), (authority.Nickname, authority.OrPort.Port, authority.OrPort.Address.ToString()));
        Assert.Equal("0123456789012345678901234567890123456789", authority.V3Identity.ToString());
    }

    [Fact]
    public void SettingTwice_IsAWarning_AndTheLastCounts()
    {
        ConfigurationResult result = LoadResult("StrictNodes 0\nStrictNodes 1");
        Assert.True(result.Configuration!.Client.StrictNodes);
        Assert.Equal(2, Assert.Single(result.Warnings).Source.Line);
    }

    private NodeConfiguration Load(string torrc)
    {
        ConfigurationResult result = LoadResult(torrc);
        Assert.Empty(result.Problems);
        return result.Configuration!;
    }

    private ConfigurationResult LoadResult(string torrc) => LoadArguments("-f", Write("torrc", torrc));

    private static ConfigurationResult LoadArguments(params string[] arguments) => ConfigurationFiles.Load(CommandLine.Parse(arguments));

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
