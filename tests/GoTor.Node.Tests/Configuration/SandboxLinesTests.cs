using GoTor.Node.Configuration;

namespace GoTor.Node.Tests.Configuration;

public sealed class SandboxLinesTests
{
    private const string Authority =
        "a orport=5001 v3ident=0123456789012345678901234567890123456789 127.1.2.3:7001 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void Sandbox_Alone_IsItsOwnNetwork()
    {
        NodeConfiguration configuration = Load("--sandbox").Configuration!;

        Assert.Equal("sandbox", configuration.NetworkName);
        Assert.False(configuration.Sandbox!.Traffic);
    }

    [Theory]
    [InlineData("--sandbox-traffic")]
    [InlineData("--sandbox", "--sandbox-traffic")]
    [InlineData("--sandbox-traffic", "--sandbox")]
    public void SandboxTraffic_MeansASandboxToo(params string[] arguments) => Assert.True(Load(arguments).Configuration!.Sandbox!.Traffic);

    [Theory]
    [InlineData("--DirAuthority", Authority)]
    [InlineData("--FallbackDir", "127.0.0.1:80 orport=443 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("--TestingTorNetwork", "1")]
    [InlineData("--ExtendAllowPrivateAddresses", "1")]
    [InlineData("--ReachableAddresses", "*:443")]
    [InlineData("--UseBridges", "1")]
    public void Sandbox_WithANetworkOutside_IsRefused(string option, string value)
    {
        ConfigurationResult result = Load("--sandbox", option, value);

        Assert.Null(result.Configuration);
        Assert.Contains(result.Problems, problem => problem.Message.Contains("--sandbox runs one inside", StringComparison.Ordinal));
    }

    /// <summary>An option that comes later and says which network, or how to get there, must not be forgotten.</summary>
    [Fact]
    public void Sandbox_WithAnyOptionAboutANetworkOutside_IsRefused()
    {
        string[] about = ["Authority", "Fallback", "TestingTorNetwork", "Bridge", "Plugin", "Proxy", "Reachable", "Extend"];
        string[] names =
        [
            .. OptionCatalog.All.Select(option => option.Name)
                .Where(name => about.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) && name != "TransProxyType"),
        ];

        Assert.Contains("DirAuthority", names);
        Assert.All(names, name => Assert.Null(Load("--sandbox", "--" + name, "1").Configuration));
    }

    [Fact]
    public void Sandbox_InATorrc_IsNotOurs()
    {
        // C tor's option of that name locks its own process up, and has nothing to do with this.
        ConfigurationResult result = Load("--Sandbox", "1");

        Assert.Null(result.Configuration);
    }

    [Fact]
    public void DataDirectory_WithASandbox_IsLeftAlone()
    {
        ConfigurationResult result = Load("--sandbox", "--DataDirectory", "/nowhere");

        Assert.NotNull(result.Configuration);
        Assert.Contains(result.Warnings, warning => warning.Message.StartsWith("DataDirectory is not used", StringComparison.Ordinal));
    }

    private static ConfigurationResult Load(params string[] arguments) =>
        ConfigurationFiles.Load(CommandLine.Parse([.. arguments, "--ignore-missing-torrc", "-f", "/nonexistent/torrc"]));
}
