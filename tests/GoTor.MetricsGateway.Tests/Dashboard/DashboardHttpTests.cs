using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using GoTor.MetricsGateway.Dashboard;
using GoTor.MetricsGateway.Dashboard.Live;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace GoTor.MetricsGateway.Tests.Dashboard;

/// <summary>The dashboard's endpoints over real connections.</summary>
public sealed class DashboardHttpTests : IAsyncLifetime
{
    private readonly SimulatedNode _alice = new("alice");
    private DashboardHost _host = null!;

    public async Task InitializeAsync() => _host = await DashboardHost.StartAsync(1, _alice, new SimulatedNode("bob", seed: 2));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Page_AllowsNothingInlineAndNoFrame()
    {
        using HttpResponseMessage answer = await _host.Client.GetAsync(_host.Page);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData("/debug/metrics", "text/html; charset=utf-8")]
    [InlineData("/debug/metrics/app.css", "text/css; charset=utf-8")]
    [InlineData("/debug/metrics/app.js", "text/javascript; charset=utf-8")]
    public async Task Head_IsGetWithoutBody_AndPostIsRefused(string path, string type)
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(_host.Address, path));
        using HttpResponseMessage answer = await _host.Client.SendAsync(head);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.ToString());
        using HttpResponseMessage refused = await _host.Client.PostAsync(new Uri(_host.Address, path), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Contains("GET", refused.Content.Headers.Allow);
    }

    [Fact]
    public async Task Asset_ThatDidNotChange_IsNotSentAgain()
    {
        var address = new Uri(_host.Address, "/debug/metrics/app.js");
        using HttpResponseMessage first = await _host.Client.GetAsync(address);
        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await _host.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task UnknownNode_Is404WithAPage()
    {
        using HttpResponseMessage answer = await _host.Client.GetAsync(new Uri(_host.Page, "?node=nobody"));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Node not found", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmptyChoice_IsAllNodes()
    {
        string page = await _host.Client.GetStringAsync(new Uri(_host.Page, "?node="));
        Assert.Contains("Sum of 2 nodes", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_BeginWithEverything_ThenBringWhatChanged()
    {
        using var page = await LivePage.OpenAsync(_host, "?node=alice");
        string whole = await page.NextAsync();
        Assert.All((string[])["masthead", "banner", "status", "health", "charts", "fleet", "cards", "process", "updated"],
            id => Assert.Contains($"id=\"{id}\"", whole, StringComparison.Ordinal));

        _host.ReportAndSend();
        string news = await page.NextAsync();
        Assert.Contains("id=\"cards\"", news, StringComparison.Ordinal);
        Assert.Contains("id=\"updated\"", news, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"masthead\"", news, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"charts\"", news, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_ForEveryoneWhoLooksAtTheSame_AreTheSame()
    {
        using var one = await LivePage.OpenAsync(_host, "?node=alice");
        using var other = await LivePage.OpenAsync(_host, "?node=alice");
        using var bob = await LivePage.OpenAsync(_host, "?node=bob");
        Assert.Equal(await one.NextAsync(), await other.NextAsync());
        Assert.Contains("bob", await bob.NextAsync(), StringComparison.Ordinal);
        _host.ReportAndSend();
        Assert.Equal(await one.NextAsync(), await other.NextAsync());
    }

    [Fact]
    public async Task MorePagesThanAllowed_AreRefused_UntilOneCloses()
    {
        LivePage[] pages = [.. await Task.WhenAll(Enumerable.Range(0, LivePlaces.MostOfLoopback).Select(_ => LivePage.OpenAsync(_host)))];
        using HttpResponseMessage refused = await _host.Client.GetAsync(new Uri(_host.Address, "/debug/metrics/events"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        foreach (LivePage page in pages)
        {
            page.Dispose();
        }

        await Eventually.TrueAsync(async () =>
        {
            using HttpResponseMessage answer = await _host.Client.GetAsync(new Uri(_host.Address, "/debug/metrics/events"), HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("%3Cscript%3E")]
    [InlineData("alice&node=bob")]
    public async Task Events_OfANodeThatIsNotKnown_AreNotBegun(string node)
    {
        using HttpResponseMessage answer = await _host.Client.GetAsync(new Uri(_host.Address, "/debug/metrics/events?node=" + node), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public void Places_OfOneAddress_AreFew_AndOthersHaveTheirs()
    {
        var places = new LivePlaces();
        int Take(string address) => Enumerable.Range(0, LivePlaces.Most).Count(_ => places.TryTake(IPAddress.Parse(address)));
        Assert.Equal(LivePlaces.MostOfOne, Take("192.0.2.1"));
        Assert.Equal(0, Take("::ffff:192.0.2.1"));
        Assert.Equal(LivePlaces.MostOfOne, Take("2001:db8::1"));
        Assert.Equal(0, Take("2001:db8::2"));
        Assert.Equal(LivePlaces.MostOfOne, Take("2001:db8:0:1::1"));
        places.Leave(IPAddress.Parse("192.0.2.1"));
        Assert.Equal(1, Take("192.0.2.1"));
        Assert.Equal(LivePlaces.Most - (3 * LivePlaces.MostOfOne), Take("127.0.0.1"));
        Assert.Equal(0, Take("::1"));
        Assert.Equal(0, Take("192.0.2.9"));
    }

    [Fact]
    public async Task PageThatDoesNotRead_IsDropped_AndTheOthersDoNotNotice()
    {
        using var dropped = new MetricCollector<long>(
            _host.Service<System.Diagnostics.Metrics.IMeterFactory>(), "GoTor.MetricsGateway", "gotor.gateway.dashboard.dropped");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, _host.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /debug/metrics/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
        using var reader = await LivePage.OpenAsync(_host);
        await reader.NextAsync();
        await Eventually.TrueAsync(async () =>
        {
            _host.ReportAndSend();
            await reader.NextAsync();
            return dropped.LastMeasurement?.Value == 1;
        });
        _host.ReportAndSend();
        await reader.NextAsync();
    }

    [Fact]
    public async Task GatewayThatStops_EndsOpenPagesAtOnce()
    {
        using var page = await LivePage.OpenAsync(_host);
        await page.NextAsync();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        await _host.StopAsync();
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(4));
    }

    /// <summary>One open stream of events.</summary>
    private sealed class LivePage(HttpResponseMessage answer, StreamReader events) : IDisposable
    {
        public static async Task<LivePage> OpenAsync(DashboardHost host, string query = "")
        {
            HttpResponseMessage answer = await host.Client.GetAsync(new Uri(host.Address, "/debug/metrics/events" + query), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.ToString());
            return new LivePage(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
        }

        /// <summary>The data of the next patch.</summary>
        public async Task<string> NextAsync()
        {
            var data = new StringBuilder();
            while (await events.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    data.AppendLine(line[6..]);
                }
                else if (line.Length == 0 && data.Length > 0)
                {
                    return data.ToString();
                }
            }

            throw new EndOfStreamException();
        }

        public void Dispose()
        {
            events.Dispose();
            answer.Dispose();
        }
    }
}
