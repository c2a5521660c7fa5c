using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GoTor.MetricsGateway.Tests;

/// <summary>Clients that no HTTP library would be: raw sockets against the real server.</summary>
public sealed class SocketTests(SocketTests.Fixture fixture) : IClassFixture<SocketTests.Fixture>
{
    private readonly TestGateway _gateway = fixture.Gateway;

    public sealed class Fixture : IAsyncLifetime
    {
        internal TestGateway Gateway { get; private set; } = null!;

        public async Task InitializeAsync() => Gateway = await TestGateway.StartAsync();

        public async Task DisposeAsync() => await Gateway.DisposeAsync();
    }

    // Names that point elsewhere, or nowhere. 421 tells a browser's page nothing.
    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil")]
    [InlineData("evil.example:9052")]
    [InlineData("localhost.")]
    [InlineData("2130706433.example")]
    public async Task Host_OfAnotherName_Is421WithoutContent(string host)
    {
        string answer = await AskAsync($"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 421 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("tor_", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:80")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:9052")]
    [InlineData("10.1.2.3:9052")]
    public async Task Host_OfThisMachine_IsServed(string host) => Assert.StartsWith(
        "HTTP/1.1 200 ", await AskAsync($"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Host_ThatTheOperatorAllows_IsServed()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(null, null, ("AllowedHosts", "metrics.example; gateway"));
        foreach (string host in new[] { "gateway:9052", "Metrics.Example" })
            Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(gateway, $"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421 ", await AskAsync(gateway, "GET / HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", "400")] // No Host.
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: a b\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400,200")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n", "400")]
    [InlineData("get /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "501")]
    [InlineData("GARBAGE\r\n\r\n", "400")]
    [InlineData("\u0016\u0003\u0001\u0002", "400,408")]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "404,400")]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "404,400")]
    [InlineData("GET /metrics/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "404,400")]
    [InlineData("GET //metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "404")]
    [InlineData("GET /metrics%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "404,400")]
    [InlineData("GET /metrics;x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "404")]
    [InlineData("GET /metrics?x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "200")]
    [InlineData("GET http://evil.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "421,400")]
    [InlineData("CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n", "421,405,404,400")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "405,404,400")]
    public async Task Requests_OfOddKinds_GetTheirStatus(string request, string statuses)
    {
        string answer = await AskAsync(request);
        string status = answer.Length > 12 ? answer[9..12] : "";
        Assert.Contains(status, statuses.Split(','));
        if (status != "200")
            Assert.DoesNotContain("tor_", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_OfAMegabyte_Are431_LongPathsAre414()
    {
        Assert.StartsWith("HTTP/1.1 431 ", await AskAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 1 << 20)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await AskAsync($"GET /{new string('x', 8192)} HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: x\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await AskAsync($"GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfAReadingRequest_DoesNoHarm()
    {
        string body = new('x', 100_000);
        string answer = await AskAsync($"POST /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("xxxx", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AThousandIdleConnections_AndHalfRequests_DoNotKeepOthersOut()
    {
        var idle = new List<Socket>();
        try
        {
            for (int i = 0; i < 1000; i++)
            {
                Socket socket = await ConnectAsync(_gateway.HttpAddress);
                idle.Add(socket);
                if (i % 2 == 0)
                    await socket.SendAsync("GET /metrics HTTP/1.1\r\nHost: lo"u8.ToArray());
            }
            Assert.Equal(HttpStatusCode.OK, (await _gateway.Http.GetAsync("/metrics")).StatusCode);
            await _gateway.ReportAsync(TestReports.Empty("beside-idle"));
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task HalfARequest_IsCutOffAfterSeconds()
    {
        using Socket socket = await ConnectAsync(_gateway.HttpAddress);
        await socket.SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string answer = await ReadAsync(socket, untilClosed: true, patience.Token);
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestsOverTheLimit_Are503()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(null, null, ("MaxRequests", "1"));
        var limit = (GoTor.MetricsGateway.Http.RequestLimit)gateway.App.Services.GetService(typeof(GoTor.MetricsGateway.Http.RequestLimit))!;
        Assert.True(limit.TryEnter());
        using HttpResponseMessage busy = await gateway.Http.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, busy.StatusCode);
        Assert.Equal("1", busy.Headers.RetryAfter!.ToString());
        limit.Leave();
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task ReportsPort_SpeaksOnlyHttp2()
    {
        using Socket socket = await ConnectAsync(_gateway.GrpcAddress);
        await socket.SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain("tor_", await ReadAsync(socket, untilClosed: true, patience.Token), StringComparison.Ordinal);
    }

    private Task<string> AskAsync(string request) => AskAsync(_gateway, request);

    private static async Task<string> AskAsync(TestGateway gateway, string request)
    {
        using Socket socket = await ConnectAsync(gateway.HttpAddress);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request), patience.Token);
        }
        catch (SocketException)
        {
            // It answered and closed before it had read everything.
        }
        return await ReadAsync(socket, request.Contains("Connection: close", StringComparison.Ordinal), patience.Token);
    }

    private static async Task<Socket> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket, bool untilClosed, CancellationToken cancellation)
    {
        var all = new StringBuilder();
        byte[] buffer = new byte[65536];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, cancellation)) > 0)
            {
                all.Append(Encoding.Latin1.GetString(buffer, 0, read));
                if (!untilClosed && all.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                    break;
            }
        }
        catch (SocketException)
        {
            // Reset: what came until then counts.
        }
        return all.ToString();
    }
}
