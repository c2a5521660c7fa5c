using GoTor.Node.Configuration;

namespace GoTor.Node.Tests.Configuration;

public class TraceOptionsTests
{
    [Theory]
    [InlineData()]
    [InlineData("TraceSampling", "0")]
    [InlineData("TraceEndpoint", "http://127.0.0.1:4317")]
    public void Tracing_NotAskedFor_IsOff(params string[] arguments) => Assert.Null(Load(arguments).Configuration!.Traces);

    [Fact]
    public void Endpoint_WithoutSampling_IsWarnedAbout() =>
        Assert.Contains(Load("TraceEndpoint", "http://127.0.0.1:4317").Warnings, warning => warning.Message.Contains("nothing is traced", StringComparison.Ordinal));

    [Fact]
    public void Sampling_WithAnEndpoint_IsRead()
    {
        ConfigurationResult result = Load("TraceSampling", "0.25", "TraceEndpoint", "http://127.0.0.1:4318/v1/traces");
        Assert.Equal(0.25, result.Configuration!.Traces!.Sampling);
        Assert.Equal("http://127.0.0.1:4318/v1/traces", result.Configuration.Traces.Endpoint!.ToString());
        Assert.DoesNotContain(result.Warnings, warning => warning.Message.Contains("TLS", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://192.0.2.1:4317", true)]
    [InlineData("https://192.0.2.1:4317", false)]
    public void Endpoint_OnAnotherMachine_NeedsTls_OrIsWarnedAbout(string endpoint, bool warned) =>
        Assert.Equal(warned, Load("TraceSampling", "1", "TraceEndpoint", endpoint).Warnings.Any(warning => warning.Message.Contains("TLS", StringComparison.Ordinal)));

    [Theory]
    [InlineData("TraceSampling", "1")]
    [InlineData("TraceSampling", "2", "TraceEndpoint", "http://127.0.0.1:4317")]
    [InlineData("TraceSampling", "-1", "TraceEndpoint", "http://127.0.0.1:4317")]
    [InlineData("TraceSampling", "NaN", "TraceEndpoint", "http://127.0.0.1:4317")]
    [InlineData("TraceSampling", "much", "TraceEndpoint", "http://127.0.0.1:4317")]
    [InlineData("TraceSampling", "1", "TraceEndpoint", "127.0.0.1:4317")]
    [InlineData("TraceSampling", "1", "TraceEndpoint", "ftp://127.0.0.1")]
    [InlineData("TraceSampling", "1", "TraceEndpoint", "http://user:password@127.0.0.1:4317")]
    public void Tracing_ThatMakesNoSense_IsRefused(params string[] arguments) => Assert.Null(Load(arguments).Configuration);

    private static ConfigurationResult Load(params string[] arguments) =>
        ConfigurationFiles.Load(CommandLine.Parse(["-f", "/nonexistent/torrc", "--ignore-missing-torrc", .. arguments]));
}
