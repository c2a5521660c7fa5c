using System.Security.Cryptography;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Scenarios;

/// <summary>Programs that people use with Tor.</summary>
public abstract class ApplicationScenario(TestNetwork network)
{
    [SkippableTheory]
    [InlineData("--socks5-hostname")]
    [InlineData("--socks5")]
    [InlineData("--socks4a")]
    [InlineData("--socks4")]
    public async Task Curl_WithEachProxyKind_Downloads(string option)
    {
        string curl = Require("curl");
        ClientProcess client = await network.ClientAsync();
        string host = option is "--socks5-hostname" or "--socks4a" ? "curl.test" : "127.0.0.1";
        string file = Path.Combine(network.NewFolder("curl"), "download");

        await ChildProcess.RunAsync(
            curl, "", CancellationToken.None,
            "--silent", "--show-error", "--fail", "--max-time", "60", "--noproxy", "", option, client.Socks.ToString(),
            "--output", file, $"http://{host}:{network.Target.Port}/bytes/1000000");

        Assert.Equal(Payload.Sha256(1_000_000), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))));
    }

    [SkippableFact]
    public async Task Torsocks_AroundAProgramThatLooksUpNames_ResolvesThroughTor()
    {
        string torsocks = Require("torsocks"), python = Require("python3");
        ClientProcess client = await network.ClientAsync();
        int before = network.NameLookups;

        string answer = await ChildProcess.RunAsync(
            torsocks, "", CancellationToken.None,
            "--address", "127.0.0.1", "--port", $"{client.Socks.Port}",
            python, "-c", "import socket; print(socket.gethostbyname('torsocks.test'))");

        Assert.Equal("127.0.0.1", answer.Trim());
        Assert.True(network.NameLookups > before, "No exit asked its name server.");
    }

    private static string Require(string program)
    {
        string? path = TorTools.Find(program);
        Skip.If(path is null, $"{program} is not installed");
        return path!;
    }
}

[Collection(OnSandbox.Name)]
public sealed class ApplicationOnSandboxTests(SandboxNetwork network) : ApplicationScenario(network);

[Collection(OnCTor.Name)]
public sealed class ApplicationOnCTorTests(CTorNetwork network) : ApplicationScenario(network);
