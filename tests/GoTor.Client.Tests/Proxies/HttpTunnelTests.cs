using GoTor.Client.Proxies;
using GoTor.Client.Streams;

namespace GoTor.Client.Tests.Proxies;

public class HttpTunnelTests
{
    private const string Connect = "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n";

    [Fact]
    public async Task Connect_IsAnswered_AndCarriesBytes_HoweverTheyAreCut()
    {
        await using SocksHarness harness = await StartAsync();
        for (int cut = 1; cut < Connect.Length; cut += 7)
        {
            using Application application = await harness.ConnectAsync(Connect[..cut]);
            await application.SendAsync(Connect[cut..] + "early");
            Assert.StartsWith("HTTP/1.0 200 OK\r\n", await application.ReadAsync("HTTP/1.0 200 OK\r\n".Length), StringComparison.Ordinal);
            string rest = await application.ReadAsync("Tor-Capabilities: \r\nVia: tor/1.0 tor-network (GoTor)\r\n\r\nearly".Length);
            Assert.EndsWith("\r\n\r\nearly", rest, StringComparison.Ordinal);
        }

        Assert.All(harness.Tor.Requests, request => Assert.Equal(("example.com", (ushort)443), (request.Host, request.Port)));
    }

    [Fact]
    public async Task Connect_DifferentIsolationHeaders_NeverShare()
    {
        await using SocksHarness harness = await StartAsync();
        string[] fields =
            ["", "Tor-Stream-Isolation: a", "Tor-Stream-Isolation: b", "X-Tor-Stream-Isolation: a", "Proxy-Authorization: Basic dG9yOmE=", "Tor-Stream-Isolation: a"];
        foreach (string field in fields)
        {
            using Application application = await harness.ConnectAsync(
                $"CONNECT example.com:443 HTTP/1.1\r\n{(field.Length > 0 ? field + "\r\n" : "")}\r\n");
            await application.ReadAsync(15);
        }

        Assert.Equal(fields.Distinct().Count(), harness.Tor.Requests.Select(request => request.Isolation).Distinct().Count());
    }

    [Theory]
    [InlineData(TorErrorKind.ResolveFailed, "503 Service Unavailable (resolve failed)", "end/RESOLVEFAILED")]
    [InlineData(TorErrorKind.ConnectionRefused, "403 Forbidden (connection refused)", "end/CONNECTREFUSED")]
    [InlineData(TorErrorKind.ExitPolicy, "403 Forbidden (exit policy)", "end/EXITPOLICY")]
    [InlineData(TorErrorKind.Timeout, "504 Gateway Timeout", "end/TIMEOUT")]
    [InlineData(TorErrorKind.CircuitClosed, "502 Bad Gateway (destroy cell received)", "end/DESTROY")]
    [InlineData(TorErrorKind.NoPath, "503 Service Unavailable (no circuit)", "c-tor/CANT_ATTACH")]
    public async Task Connect_Failed_SaysWhyAsCTor(object kind, string status, string reason)
    {
        await using SocksHarness harness = await StartAsync();
        harness.Tor.OnConnect = (_, _) => throw new TorException((TorErrorKind)kind, "no");
        using Application application = await harness.ConnectAsync(Connect);
        Assert.Equal(
            $"HTTP/1.0 {status}\r\nTor-Capabilities: \r\nVia: tor/1.0 tor-network (GoTor)\r\nTor-Request-Failed: {reason}\r\n\r\n",
            await application.ReadToEndAsync());
    }

    [Theory]
    [InlineData("127.0.0.1:80", "403 Forbidden (private address)")]
    [InlineData("example.com.relay.exit:80", "502 Bad Gateway (tor protocol violation)")]
    [InlineData("example.com:0", "502 Bad Gateway (tor protocol violation)")]
    public async Task Connect_Refused_NeverLeavesTheMachine(string target, string status)
    {
        await using SocksHarness harness = await StartAsync();
        using Application application = await harness.ConnectAsync($"CONNECT {target} HTTP/1.1\r\n\r\n");
        Assert.StartsWith($"HTTP/1.0 {status}\r\n", await application.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(harness.Tor.Requests);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: rebind.example\r\n\r\n")]
    [InlineData("\x05\x01\0\r\n\r\n")]
    public async Task OtherThings_HearNothing(string bytes)
    {
        await using SocksHarness harness = await StartAsync();
        using Application application = await harness.ConnectAsync(bytes);
        Assert.Equal("", await application.ReadToEndAsync());
        Assert.Empty(harness.Tor.Requests);
    }

    [Fact]
    public async Task Head_WithoutEnd_IsCutOff()
    {
        await using SocksHarness harness = await StartAsync();
        using Application application = await harness.ConnectAsync("CONNECT example.com:443 HTTP/1.1\r\nX: " + new string('a', 8200));
        Assert.Equal("", (await application.ReadToEndAsync()).Replace("[reset]", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SocksPolicy_LetsNobodyElseIn()
    {
        Assert.True(Protocol.Paths.AddressPolicy.TryParse("reject 127.0.0.0/8, accept *", "SocksPolicy", out var policy, out _));
        await using SocksHarness harness = await SocksHarness.StartAsync(
            options: new SocksServerOptions { SocksPolicy = policy }, kind: ProxyKind.HttpTunnel);
        using Application application = await harness.ConnectAsync();
        Assert.Equal("", (await application.ReadToEndAsync()).Replace("[reset]", "", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task TransPort_ConnectionThatNobodyRedirected_IsClosed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "TransPort is for Linux.");
        await using SocksHarness harness = await SocksHarness.StartAsync(kind: ProxyKind.Transparent);
        using Application application = await harness.ConnectAsync();
        Assert.Equal("", await application.ReadToEndAsync());
        Assert.Empty(harness.Tor.Requests);
    }

    private static Task<SocksHarness> StartAsync() => SocksHarness.StartAsync(kind: ProxyKind.HttpTunnel);
}
