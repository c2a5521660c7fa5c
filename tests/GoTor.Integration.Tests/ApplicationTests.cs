using System.Security.Cryptography;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests;

/// <summary>Programs that people use with Tor.</summary>
[Collection(SharedNetwork.Name)]
public sealed class ApplicationTests(NetworkFixture fixture)
{
    [SkippableTheory]
    [InlineData("--socks5-hostname")]
    [InlineData("--socks5")]
    [InlineData("--socks4a")]
    [InlineData("--socks4")]
    public async Task Curl_WithEachProxyKind_Downloads(string option)
    {
        string curl = Require("curl");
        ClientProcess client = await fixture.ClientAsync();
        string host = option is "--socks5-hostname" or "--socks4a" ? "curl.test" : "127.0.0.1";
        string file = Path.Combine(fixture.Network.NewFolder("curl"), "download");

        await ChildProcess.RunAsync(
            curl, "", CancellationToken.None,
            "--silent", "--show-error", "--fail", "--max-time", "60", "--noproxy", "", option, client.Socks.ToString(),
            "--output", file, $"http://{host}:{fixture.Network.Target.Port}/bytes/1000000");

        Assert.Equal(Payload.Sha256(1_000_000), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))));
    }

    [SkippableFact]
    public async Task Torsocks_AroundAProgramThatLooksUpNames_ResolvesThroughTor()
    {
        string torsocks = Require("torsocks"), python = Require("python3");
        ClientProcess client = await fixture.ClientAsync();
        int before = fixture.Network.DnsQueries;

        string answer = await ChildProcess.RunAsync(
            torsocks, "", CancellationToken.None,
            "--address", "127.0.0.1", "--port", $"{client.Socks.Port}",
            python, "-c", "import socket; print(socket.gethostbyname('torsocks.test'))");

        Assert.Equal("127.0.0.1", answer.Trim());
        Assert.True(fixture.Network.DnsQueries > before, "No exit asked its name server.");
    }

    private static string Require(string program)
    {
        string? path = TorTools.Find(program);
        Skip.If(path is null, $"{program} is not installed");
        return path!;
    }
}
