using System.Net;
using Grpc.Core;
using GoTor.MetricsContract;
using GoTor.MetricsGateway.Reports;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.MetricsGateway.Tests;

public sealed class TokenTests
{
    private const int WrongToken = 10100;
    private const int TokenChanged = 10106;
    private const int TokenUnusable = 10107;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Bearer wrong-wrong-wrong-wrong")]
    [InlineData("Basic 0123456789abcdef-test-token")]
    [InlineData("0123456789abcdef-test-token")]
    [InlineData("Bearer 0123456789abcdef-test-toke")]
    [InlineData("Bearer 0123456789abcdef-test-token1")]
    public async Task Report_WithoutTheToken_IsUnauthenticated(string? authorization)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        var headers = new Metadata();
        if (authorization is not null)
            headers.Add("authorization", authorization);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await gateway.Reports.ReportAsync(TestReports.Empty(), headers));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Contains("authorization: Bearer TOKEN", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Empty(gateway.Nodes.List());
    }

    [Fact]
    public async Task Failures_AreCounted_AndLoggedOncePerSourceAndMinute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestGateway gateway = await TestGateway.StartAsync(time);
        for (int i = 0; i < 5; i++)
            await Assert.ThrowsAsync<RpcException>(async () => await gateway.Reports.ReportAsync(TestReports.Empty()));
        FakeLogRecord line = Assert.Single(gateway.Log.GetSnapshot(), record => record.Id.Id == WrongToken);
        Assert.StartsWith("1 calls from ", line.Message, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<RpcException>(async () => await gateway.Reports.ReportAsync(TestReports.Empty()));
        Assert.Contains(gateway.Log.GetSnapshot(), record => record.Id.Id == WrongToken && record.Message.StartsWith("5 calls", StringComparison.Ordinal));
        Assert.All(gateway.Log.GetSnapshot(), record => Assert.DoesNotContain(TestGateway.Token, record.Message, StringComparison.Ordinal));
        Assert.Contains("gotor_gateway_reports_refused_total{reason=\"token\"} 6", await gateway.GetAsync("/metrics/gateway"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadProfile_WithoutTheTokenOrWithoutHavingBeenAsked_IsRefused()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using AsyncClientStreamingCall<ProfileChunk, ProfileReceipt> without = gateway.Reports.UploadProfile();
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(async () => await without)).StatusCode);
        using AsyncClientStreamingCall<ProfileChunk, ProfileReceipt> with = gateway.Reports.UploadProfile(TestGateway.Authorization);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await with)).StatusCode);
    }

    [Fact]
    public async Task Pages_AreNotOnTheReportsPort_AndReportsNotOnThePagesPort()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using var http2 = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Assert.Equal(HttpStatusCode.NotFound, (await http2.GetAsync(new Uri(gateway.GrpcAddress, "/metrics"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.Http.PostAsync("/gotor.metrics.v1.NodeReports/Report", null)).StatusCode);
    }

    [Fact]
    public void Token_IsCompared_AsAWhole()
    {
        var token = new ReportToken("a-token-of-some-length");
        Assert.True(token.IsPresentedBy("Bearer a-token-of-some-length"));
        Assert.True(token.IsPresentedBy("bearer  a-token-of-some-length "));
        Assert.False(token.IsPresentedBy("Bearer A-token-of-some-length"));
        Assert.False(token.IsPresentedBy("Bearer " + new string('x', 5000)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReportToken("short"));
    }

    [Fact]
    public async Task Token_ChangedInItsFile_CountsWithoutARestart()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "first-token-of-the-file\nmore\n");
            var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
            await using TestGateway gateway = await TestGateway.StartAsync(time, settings: ("TokenFile", file));
            await gateway.Reports.ReportAsync(TestReports.Empty(sequence: 1), Bearer("first-token-of-the-file"));

            await File.WriteAllTextAsync(file, "second-token-of-the-file\n");
            time.Advance(TimeSpan.FromSeconds(1));
            await gateway.Reports.ReportAsync(TestReports.Empty(sequence: 2), Bearer("second-token-of-the-file"));
            await RefusedAsync(gateway, "first-token-of-the-file");

            // Half written, or gone: the last good one counts on, and the log says so once.
            foreach (Action breaks in (Action[])[() => File.WriteAllText(file, "short"), () => File.WriteAllText(file, "short"), () => File.Delete(file)])
            {
                breaks();
                time.Advance(TimeSpan.FromSeconds(1));
                await RefusedAsync(gateway, "short");
                await gateway.Reports.ReportAsync(TestReports.Empty(sequence: 3), Bearer("second-token-of-the-file"));
            }
            Assert.Equal(2, gateway.Log.GetSnapshot().Count(record => record.Id.Id == TokenUnusable));
            Assert.Single(gateway.Log.GetSnapshot(), record => record.Id.Id == TokenChanged);
            Assert.All(gateway.Log.GetSnapshot(), record => Assert.DoesNotContain("-token-of-the-file", record.Message, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Metadata Bearer(string token) => new() { { "authorization", "Bearer " + token } };

    private static async Task RefusedAsync(TestGateway gateway, string token) => Assert.Equal(
        StatusCode.Unauthenticated,
        (await Assert.ThrowsAsync<RpcException>(async () => await gateway.Reports.ReportAsync(TestReports.Empty(sequence: 9), Bearer(token)))).StatusCode);
}
