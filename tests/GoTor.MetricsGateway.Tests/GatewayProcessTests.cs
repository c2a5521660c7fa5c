using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Grpc.Core;
using Grpc.Net.Client;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Hosting;

namespace GoTor.MetricsGateway.Tests;

/// <summary>The program as a process: what it prints, how it ends, what it refuses to start with.</summary>
public sealed partial class GatewayProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ParentOnStdin_GivesTheToken_ReadsTheAddresses_AndTakesTheGatewayAlong()
    {
        using Process gateway = Start("--parent-stdin", "--Gateway:HttpAddress=127.0.0.1:0", "--Gateway:GrpcAddress=127.0.0.1:0");
        await gateway.StandardInput.WriteLineAsync(TestGateway.Token);
        await gateway.StandardInput.FlushAsync();
        Match line = ListeningLine().Match(await gateway.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? "");
        Assert.True(line.Success);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(line.Groups[1].Value + "/metrics"))).StatusCode);
        using GrpcChannel channel = GrpcChannel.ForAddress(line.Groups[2].Value);
        await new NodeReports.NodeReportsClient(channel).ReportAsync(TestReports.Empty(), TestGateway.Authorization);

        using Process probe = Start("--probe", $"--Gateway:HttpAddress={new Uri(line.Groups[1].Value).Authority}");
        await probe.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, probe.ExitCode);

        gateway.StandardInput.Close(); // As when the parent is killed.
        await gateway.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, gateway.ExitCode);
        Assert.DoesNotContain(TestGateway.Token, await gateway.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ParentOnStdin_DoesNotKeepTheGatewayFromEndingWhenAsked()
    {
        Skip.If(OperatingSystem.IsWindows(), "there are no signals");
        using Process gateway = Start("--parent-stdin", "--Gateway:HttpAddress=127.0.0.1:0", "--Gateway:GrpcAddress=127.0.0.1:0");
        await gateway.StandardInput.WriteLineAsync(TestGateway.Token);
        await gateway.StandardInput.FlushAsync();
        Assert.NotNull(await gateway.StandardOutput.ReadLineAsync().WaitAsync(Patience));
        using Process kill = Process.Start("kill", ["-TERM", gateway.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await gateway.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, gateway.ExitCode);
    }

    [Fact]
    public async Task Probe_WithoutAGateway_Is1()
    {
        using Process probe = Start("--probe", "--Gateway:HttpAddress=127.0.0.1:1");
        await probe.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(1, probe.ExitCode);
        Assert.Contains("no gateway answers at 127.0.0.1:1", await probe.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSettings_AreAllNamed_AndNothingStarts()
    {
        using Process gateway = Start("--Gateway:HttpAddress=nowhere", "--Gateway:Quotas:Nodes=0");
        await gateway.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(1, gateway.ExitCode);
        string errors = await gateway.StandardError.ReadToEndAsync();
        Assert.Contains("HttpAddress is 'nowhere'", errors, StringComparison.Ordinal);
        Assert.Contains("Quotas:Nodes is 0", errors, StringComparison.Ordinal);
        Assert.Contains("there is no token", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddressInUse_IsSaidInOneLine()
    {
        await using TestGateway first = await TestGateway.StartAsync();
        using Process gateway = Start("--parent-stdin", $"--Gateway:HttpAddress={first.HttpAddress.Authority}", "--Gateway:GrpcAddress=127.0.0.1:0");
        await gateway.StandardInput.WriteLineAsync(TestGateway.Token);
        await gateway.StandardInput.FlushAsync();
        await gateway.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(1, gateway.ExitCode);
        Assert.Contains($"gotor-gateway: Failed to bind to address {first.HttpAddress}".TrimEnd('/'), await gateway.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Gateway:Token=0123456789abcdef0123")]
    [InlineData("--gateway:token")]
    [InlineData("/Gateway:Token=0123456789abcdef0123")]
    public void Token_OnTheCommandLine_IsRefused(string argument)
    {
        GatewaySettingsException refused = Assert.Throws<GatewaySettingsException>(() => GatewayHost.Build([argument]));
        Assert.Contains("TokenFile", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenFile_IsRead_AndGoesBeforeAnotherToken()
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "a-token-from-a-file\nand a second line\n");
            await using TestGateway gateway = await TestGateway.StartAsync(null, null, ("TokenFile", path));
            var headers = new Metadata { { "authorization", "Bearer a-token-from-a-file" } };
            await gateway.Reports.ReportAsync(TestReports.Empty(), headers);
            Assert.Equal(StatusCode.Unauthenticated, (await gateway.RefusalOfAsync(TestReports.Empty())).StatusCode);
        }
        finally
        {
            File.Delete(path);
        }
        GatewaySettingsException missing = await Assert.ThrowsAsync<GatewaySettingsException>(() => TestGateway.StartAsync(null, null, ("TokenFile", path)));
        Assert.Contains("token file", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BoundWiderThanLoopback_WithoutTls_IsWarnedOf()
    {
        using Process gateway = Start("--parent-stdin", "--Gateway:HttpAddress=0.0.0.0:0", "--Gateway:GrpcAddress=127.0.0.1:0");
        await gateway.StandardInput.WriteLineAsync(TestGateway.Token);
        await gateway.StandardInput.FlushAsync();
        await gateway.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        gateway.StandardInput.Close();
        await gateway.WaitForExitAsync().WaitAsync(Patience);
        Assert.Contains("OTHER MACHINES CAN REACH THIS GATEWAY", await gateway.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:9052", "127.0.0.1:9052")]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData("[::1]:0", "[::1]:0")]
    [InlineData("*:80", "[::]:80")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("9052", null)]
    [InlineData("::1:9052", null)]
    [InlineData("example.com:80", null)]
    [InlineData("127.0.0.1:65536", null)]
    [InlineData("127.0.0.1:-1", null)]
    [InlineData("", null)]
    public void Address_IsReadOrRefused(string text, string? expected) =>
        Assert.Equal(expected, GatewayOptions.TryParseAddress(text, out IPEndPoint endpoint) ? endpoint.ToString() : null);

    // From the gateway's own output folder: the copy beside these tests lacks what its framework brings.
    private static Process Start(params string[] arguments)
    {
        string own = AppContext.BaseDirectory.Replace($"{Path.DirectorySeparatorChar}tests{Path.DirectorySeparatorChar}GoTor.MetricsGateway.Tests{Path.DirectorySeparatorChar}", $"{Path.DirectorySeparatorChar}GoTor.MetricsGateway{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
        var start = new ProcessStartInfo(Path.Combine(own, "GoTor.MetricsGateway")) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove(GatewayOptions.TokenVariable);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    [GeneratedRegex("^Listening: http=(http://127\\.0\\.0\\.1:[0-9]+) grpc=(http://127\\.0\\.0\\.1:[0-9]+)$")]
    private static partial Regex ListeningLine();
}
