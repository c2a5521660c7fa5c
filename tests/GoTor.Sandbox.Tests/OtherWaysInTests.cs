using System.Diagnostics;
using System.Net;
using GoTor.Client.Proxies;
using GoTor.Client.Proxies.Dns;

namespace GoTor.Sandbox.Tests;

/// <summary>HTTP tunnel and DNS port on a whole network, with the programs that people use.</summary>
[Collection(SharedSandbox.Name)]
public sealed class OtherWaysInTests(SandboxFixture fixture)
{
    [SkippableTheory]
    [InlineData("--proxytunnel")]
    [InlineData("--proxy-header", "Tor-Stream-Isolation: a", "--proxytunnel")]
    public async Task Curl_ThroughTheTunnel_FetchesAPage(params string[] flags)
    {
        await using SocksServer server = fixture.Client.Client.CreateSocksServer();
        await server.StartAsync([SocksPortOptions.Parse("127.0.0.1:auto", ProxyKind.HttpTunnel)]);
        (int code, string output) = await RunAsync(
            "curl", ["-sS", "--max-time", "60", "--proxy", $"http://{server.LocalEndPoints[0]}", .. flags, "-o", "/dev/null", "-w", "%{http_code} %{size_download}",
                fixture.Target.Url("/bytes/1000").ToString()]);
        Assert.True(code == 0, output);
        Assert.StartsWith("200 ", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Curl_AsPlainProxy_IsToldNothing_AndNothingLeaves()
    {
        await using SocksServer server = fixture.Client.Client.CreateSocksServer();
        await server.StartAsync([SocksPortOptions.Parse("127.0.0.1:auto", ProxyKind.HttpTunnel)]);
        int before = fixture.Target.Connections;
        (int code, _) = await RunAsync("curl", ["-sS", "--max-time", "60", "--proxy", $"http://{server.LocalEndPoints[0]}", "http://rebind.example/"]);
        Assert.Equal(52, code); // Empty reply from server.
        Assert.Equal(before, fixture.Target.Connections);
    }

    [SkippableTheory]
    [InlineData("+notcp")]
    [InlineData("+tcp")]
    public async Task Dig_IsAnsweredByAnExit(string transport)
    {
        await using DnsServer server = fixture.Client.Client.CreateDnsServer();
        await server.StartAsync([SocksPortOptions.Parse("127.0.0.1:auto", ProxyKind.Dns)]);
        IPEndPoint port = server.LocalEndPoints[0];
        (int code, string output) = await RunAsync(
            "dig", ["@127.0.0.1", "-p", port.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), transport, "+tries=1", "+time=60", "localhost", "A"]);
        Assert.True(code == 0, output);
        Assert.Contains("status: NOERROR", output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        bool exists = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
        Skip.IfNot(exists, $"{program} is not installed.");
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(SandboxFixture.Patience + SandboxFixture.Patience);
        return (process.ExitCode, await output + await error);
    }
}
