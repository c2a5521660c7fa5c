using GoTor.Node.Configuration;
using GoTor.Node.Hosting;

namespace GoTor.Node.Tests.Configuration;

public sealed class MetricsOptionsTests : IDisposable
{
    private const string Secret = "s3cret-t0ken-of-the-gateway";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gotor-metrics-");

    public void Dispose() => _folder.Delete(true);

    [Theory]
    [InlineData("")]
    [InlineData("EnableMetrics 0")]
    [InlineData("MetricsPort 0")]
    [InlineData("EnableMetrics 0\nMetricsPort 9052")]
    [InlineData("MetricsNodeName me\nMetricsToken xxxxxxxxxxxxxxxx")]
    public void Metrics_NotAskedFor_AreOff(string torrc) => Assert.Null(Load(torrc).Metrics);

    [Theory]
    [InlineData("EnableMetrics 1", "127.0.0.1:9052")]
    [InlineData("EnableMetrics 1\nMetricsPort 0", "127.0.0.1:9052")]
    [InlineData("MetricsPort 1234", "127.0.0.1:1234")]
    [InlineData("MetricsPort 127.0.0.2:1234 prometheus", "127.0.0.2:1234")]
    [InlineData("MetricsPort localhost:1234", "127.0.0.1:1234")]
    [InlineData("MetricsPort [::1]:1234", "[::1]:1234")]
    public void Metrics_WithoutAGateway_StartOne(string torrc, string address)
    {
        MetricsOptions metrics = Load(torrc).Metrics!;
        Assert.Equal((null, address), (metrics.Gateway, metrics.HttpAddress.ToString()));
    }

    [Theory]
    [InlineData("localhost:9053", "http://localhost:9053/", false)]
    [InlineData("http://127.0.0.1:9053", "http://127.0.0.1:9053/", false)]
    [InlineData("http://gateway:9053/", "http://gateway:9053/", true)]
    [InlineData("https://gateway.example:443", "https://gateway.example/", false)]
    [InlineData("[::1]:9053", "http://[::1]:9053/", false)]
    public void Gateway_IsUnderstood(string value, string uri, bool inClear)
    {
        MetricsOptions metrics = Load($"MetricsGateway {value}\nMetricsToken {Secret}").Metrics!;
        Assert.Equal((uri, inClear), (metrics.Gateway!.ToString(), metrics.IsInClear));
    }

    [Theory]
    [InlineData("MetricsPort much")]
    [InlineData("MetricsPort 70000")]
    [InlineData("MetricsPort example.com:9052")]
    [InlineData("MetricsPort ::1:9052")]
    [InlineData("MetricsPort 9052 statsd")]
    [InlineData("MetricsPort :9052")]
    [InlineData("MetricsGateway gateway\nMetricsToken xxxxxxxxxxxxxxxx")]
    [InlineData("MetricsGateway ftp://gateway:1\nMetricsToken xxxxxxxxxxxxxxxx")]
    [InlineData("MetricsGateway http://user@gateway:1\nMetricsToken xxxxxxxxxxxxxxxx")]
    [InlineData("MetricsGateway http://gateway:1/path\nMetricsToken xxxxxxxxxxxxxxxx")]
    [InlineData("MetricsGateway gateway:9053")]
    [InlineData("MetricsGateway gateway:9053\nMetricsPort 9052\nMetricsToken xxxxxxxxxxxxxxxx")]
    [InlineData("MetricsPort 9052\nMetricsTokenFile /does/not/exist")]
    [InlineData("MetricsPort 9052\nMetricsNodeName Ünder")]
    [InlineData("MetricsPort 9052\nMetricsNodeName \"a b\"")]
    [InlineData("MetricsPort 9052\nMetricsLabels Region=eu")]
    [InlineData("MetricsPort 9052\nMetricsLabels region")]
    [InlineData("MetricsPort 9052\nMetricsLabels region=eu,region=us")]
    [InlineData("MetricsPort 9052\nMetricsLabels a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1")]
    [InlineData("EnableMetrics yes")]
    public void Metrics_Senseless_AreRefusedOnce(string torrc) => Assert.Single(LoadResult(torrc).Problems);

    [Theory]
    [InlineData("MetricsToken s3cret t0ken", "white space")]
    [InlineData("MetricsToken \"\"", "empty")]
    [InlineData("MetricsToken fifteen-letters", "shorter than 16")]
    [InlineData("MetricsToken \"s3cret-t0ken-of-the-gateway", "not closed")]
    [InlineData("MetricsToken s3cret-t0ken-of-the-gateway\nMetricsTokenFile {file}", "both")]
    public void Token_ThatIsWrong_IsNeverRepeated(string lines, string reason)
    {
        string file = Write("token", Secret);
        ConfigurationResult result = LoadResult("MetricsPort 9052\n" + lines.Replace("{file}", file, StringComparison.Ordinal));
        string problem = Assert.Single(result.Problems).ToString();
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Token_InAConfiguration_IsNotPrinted()
    {
        NodeConfiguration configuration = Load($"MetricsGateway g:1\nMetricsToken {Secret}");
        Assert.Equal($"Bearer {Secret}", configuration.Metrics!.Token!.Header);
        Assert.DoesNotContain(Secret, configuration.ToString(), StringComparison.Ordinal);
        Assert.Contains("[scrubbed]", configuration.Metrics.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Token_OnTheCommandLine_IsRefused()
    {
        string problem = Assert.Single(ConfigurationFiles.Load(CommandLine.Parse(["--MetricsPort", "1", "--MetricsToken", Secret])).Problems).ToString();
        Assert.Contains("command line", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Token_FromFileOrEnvironment_TheFileFirst()
    {
        string file = Write("token", $"  {Secret}\n");
        Assert.Equal($"Bearer {Secret}", Build($"MetricsGateway g:1\nMetricsTokenFile {file}", "other-token-of-sixteen").Metrics!.Token!.Header);
        Assert.Equal("Bearer other-token-of-sixteen", Build("MetricsGateway g:1", "other-token-of-sixteen\n").Metrics!.Token!.Header);
    }

    [Fact]
    public void Flag_OfGoTor_AlsoSwitchesOn()
    {
        string torrc = Write("torrc", "EnableMetrics 0");
        Assert.Equal(9100, Arguments("-f", torrc, "-metrics-port", "9100").Metrics!.HttpAddress.Port);
        Assert.Equal(9100, Arguments("-f", torrc, "--metrics-port", "9100").Metrics!.HttpAddress.Port);
        Assert.Null(Arguments("-f", torrc, "--metrics-port", "0").Metrics);
    }

    [Theory]
    [InlineData("node-1.example", "node-1.example")]
    [InlineData("Müller's PC", "MllersPC")]
    [InlineData("日本", "gotor")]
    public void NodeName_IsTheMachinesByDefault(string machine, string name) => Assert.Equal(name, MetricsLines.DefaultNodeName(machine));

    [Fact]
    public void Labels_AreRead() =>
        Assert.Equal(
            new Dictionary<string, string> { ["region"] = "eu west", ["owner"] = "ops=1" },
            Load("MetricsPort 9052\nMetricsLabels region=eu west, owner=ops=1").Metrics!.Labels);

    [Fact]
    public void Reload_TakesTheToken_AndSaysWhatWaits()
    {
        NodeConfiguration running = Load($"MetricsGateway g:1\nMetricsToken {Secret}");
        NodeConfiguration fresh = Load("MetricsGateway g:2\nMetricsToken new-token-of-sixteen\nMetricsNodeName other\nMetricsLabels a=b\nMetricsProfiling 1");
        Assert.Equal(["MetricsGateway", "MetricsNodeName", "MetricsLabels", "MetricsProfiling"], ReloadRules.NeedRestart(running, fresh));
        NodeConfiguration merged = ReloadRules.Merge(running, fresh);
        Assert.Equal(("Bearer new-token-of-sixteen", running.Metrics!.Gateway), (merged.Metrics!.Token!.Header, merged.Metrics.Gateway));
        Assert.Equal(["EnableMetrics"], ReloadRules.NeedRestart(running, Load("")));
        Assert.Equal(["EnableMetrics"], ReloadRules.NeedRestart(Load(""), fresh));
        Assert.Empty(ReloadRules.NeedRestart(running, running));
    }

    [Fact]
    public void Reload_GatewayOfOurOwn_KeepsItsToken()
    {
        NodeConfiguration running = Load($"MetricsPort 9052\nMetricsToken {Secret}");
        NodeConfiguration fresh = Load("MetricsPort 9052\nMetricsToken new-token-of-sixteen");
        Assert.Equal(["MetricsToken"], ReloadRules.NeedRestart(running, fresh));
        Assert.Equal($"Bearer {Secret}", ReloadRules.Merge(running, fresh).Metrics!.Token!.Header);
    }

    private NodeConfiguration Load(string torrc) => Build(torrc, null);

    private NodeConfiguration Build(string torrc, string? environment)
    {
        ConfigurationResult result = LoadResult(torrc, environment);
        Assert.Empty(result.Problems);
        return result.Configuration!;
    }

    private ConfigurationResult LoadResult(string torrc, string? environment = null)
    {
        List<ConfigProblem> problems = [];
        List<ConfigLine> lines = TorrcFiles.Read(Write("torrc", torrc), problems);
        return ConfigurationBuilder.Build([lines], problems, environment);
    }

    private static NodeConfiguration Arguments(params string[] arguments)
    {
        ConfigurationResult result = ConfigurationFiles.Load(CommandLine.Parse(arguments));
        Assert.Empty(result.Problems);
        return result.Configuration!;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
