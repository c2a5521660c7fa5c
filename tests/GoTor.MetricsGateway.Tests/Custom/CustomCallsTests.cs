using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using GoTor.MetricsContract;

namespace GoTor.MetricsGateway.Tests.Custom;

/// <summary>Applications at a whole gateway, over HTTP and gRPC.</summary>
public sealed class CustomCallsTests
{
    private const string Path = "/api/v1/custom-metrics/";

    [Fact]
    public async Task Json_RegisteredAndUpdated_IsInMetrics()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();

        Assert.Equal(
            (HttpStatusCode.OK, """{"prometheusName":"gotor_custom_wallet_payments_total"}"""),
            await PostAsync(gateway, "register", """{"name":"wallet.payments","type":"counter","help":"Payments \"sent\"."}"""));
        Assert.Equal(
            (HttpStatusCode.OK, """{"prometheusName":"gotor_custom_wallet_delay_seconds"}"""),
            await PostAsync(gateway, "register", """{"name":"wallet.delay","type":"histogram","unit":"s","bounds":[0.1,1]}"""));
        (HttpStatusCode status, string body) = await PostAsync(gateway, "update", """
            {"updates":[
              {"name":"wallet.payments","labels":{"coin":"btc\\ \"x\""},"add":2},
              {"name":"wallet.payments","labels":{"coin":"btc\\ \"x\""},"add":0.5},
              {"name":"wallet.delay","observe":0.25}]}
            """);
        Assert.Equal((HttpStatusCode.OK, "{}"), (status, body));

        ParsedExposition metrics = await gateway.ScrapeAsync();
        Assert.Equal("counter", metrics["gotor_custom_wallet_payments_total"].Type);
        Assert.Equal(2.5, metrics.Value("gotor_custom_wallet_payments_total", ("coin", "btc\\ \"x\"")));
        Assert.Equal(0, metrics.Value("gotor_custom_wallet_delay_seconds_bucket", ("le", "0.1")));
        Assert.Equal(1, metrics.Value("gotor_custom_wallet_delay_seconds_bucket", ("le", "1.0")));
        Assert.Equal(0.25, metrics.Value("gotor_custom_wallet_delay_seconds_sum"));
        ExpositionParser.Parse(await gateway.GetAsync("/metrics", "application/openmetrics-text; version=1.0.0"), openMetrics: true);
        Assert.Contains("gotor_gateway_custom_calls_total{outcome=\"ok\"} 3", await gateway.GetAsync("/metrics/gateway"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grpc_RegisteredAndUpdated_IsInMetrics()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        using GrpcChannel channel = GrpcChannel.ForAddress(gateway.GrpcAddress);
        CustomMetrics.CustomMetricsClient client = new(channel);

        RegisterAnswer answer = await client.RegisterAsync(
            new RegisterRequest { Name = "sync.height", Type = MetricType.Gauge, Unit = "{block}", Help = "Blocks." }, TestGateway.Authorization);
        await client.UpdateAsync(new UpdateRequest { Updates = { CustomRegistryTests.Set("sync.height", 850_000) } }, TestGateway.Authorization);

        Assert.Equal("gotor_custom_sync_height", answer.PrometheusName);
        Assert.Equal(850_000, (await gateway.ScrapeAsync()).Value("gotor_custom_sync_height"));
        await RefusedAsync(StatusCode.NotFound, client.UpdateAsync(new UpdateRequest { Updates = { CustomRegistryTests.Set("other", 1) } }, TestGateway.Authorization));
        await RefusedAsync(StatusCode.InvalidArgument, client.UpdateAsync(new UpdateRequest { Updates = { CustomRegistryTests.Add("sync.height", 1) } }, TestGateway.Authorization));
        await RefusedAsync(StatusCode.AlreadyExists, client.RegisterAsync(CustomRegistryTests.Counter("sync.height"), TestGateway.Authorization));
        await RefusedAsync(StatusCode.Unauthenticated, client.UpdateAsync(new UpdateRequest()));
    }

    [Theory]
    [InlineData("register", """{"name":"a"}""", HttpStatusCode.BadRequest)]
    [InlineData("register", """{"name":"a","type":"summary"}""", HttpStatusCode.BadRequest)]
    [InlineData("register", """{"name":"a","type":"counter","boundz":[1]}""", HttpStatusCode.BadRequest)]
    [InlineData("register", """{"name":null,"type":"counter"}""", HttpStatusCode.BadRequest)]
    [InlineData("register", """{"name":"known","type":"gauge"}""", HttpStatusCode.Conflict)]
    [InlineData("register", "{", HttpStatusCode.BadRequest)]
    [InlineData("register", "null", HttpStatusCode.BadRequest)]
    [InlineData("register", "", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[{"name":"unknown","add":1}]}""", HttpStatusCode.NotFound)]
    [InlineData("update", """{"updates":[{"name":"known","add":-1}]}""", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[{"name":"known","add":"1"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[{"name":"known","add":1e999}]}""", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[{"name":"known","add":1,"set":1}]}""", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[{"name":"known"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[null]}""", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[{"name":"known","labels":{"a":null},"add":1}]}""", HttpStatusCode.BadRequest)]
    [InlineData("update", """{"updates":[{"name":"known","labels":{"node":"x"},"add":1}]}""", HttpStatusCode.BadRequest)]
    public async Task Json_ThatIsWrong_IsRefusedWithAReason(string path, string body, HttpStatusCode expected)
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await PostAsync(gateway, "register", """{"name":"known","type":"counter"}""");

        (HttpStatusCode status, string answer) = await PostAsync(gateway, path, body);

        Assert.Equal(expected, status);
        Assert.StartsWith("""{"error":""", answer, StringComparison.Ordinal);
        Assert.Empty((await gateway.ScrapeAsync()).Find("gotor_custom_known_total"));
    }

    [Fact]
    public async Task Json_OverTheLimits_IsRefused()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(settings: [("Custom:Families", "1")]);
        await PostAsync(gateway, "register", """{"name":"a","type":"counter"}""");

        Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync(gateway, "register", """{"name":"b","type":"counter"}""")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(gateway, "update", "{\"updates\":[" + new string(' ', 70_000) + "]}")).Status);
        using HttpRequestMessage form = Request("update", "updates=1");
        form.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await gateway.Http.SendAsync(form)).StatusCode);
        using HttpResponseMessage get = await gateway.Http.GetAsync(Path + "update");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
    }

    [Fact]
    public async Task Token_OfTheirOwn_LetsApplicationsIn_ButNotAsNodes()
    {
        const string Own = "a-token-for-applications";
        await using TestGateway gateway = await TestGateway.StartAsync(settings: [("CustomToken", Own)]);

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(gateway, "register", """{"name":"a","type":"counter"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(gateway, "register", """{"name":"a","type":"counter"}""", Own)).Status);
        await gateway.ReportAsync(TestReports.Empty());
        await RefusedAsync(StatusCode.Unauthenticated, gateway.Reports.ReportAsync(TestReports.Empty(), new Metadata { { "authorization", "Bearer " + Own } }));
    }

    [Fact]
    public async Task Node_ThatReportsAnApplicationsName_IsNotBelieved()
    {
        await using TestGateway gateway = await TestGateway.StartAsync();
        await PostAsync(gateway, "register", """{"name":"a","type":"gauge"}""");
        await PostAsync(gateway, "update", """{"updates":[{"name":"a","set":1}]}""");

        ReportAnswer answer = await gateway.ReportAsync(TestReports.Empty().With(TestReports.Gauge("gotor.custom.a", 7)));

        Assert.Contains("reserved", Assert.Single(answer.Refusals), StringComparison.Ordinal);
        Assert.Equal(1, (await gateway.ScrapeAsync()).Value("gotor_custom_a"));
    }

    private static async Task RefusedAsync<T>(StatusCode status, AsyncUnaryCall<T> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(TestGateway gateway, string path, string json, string token = TestGateway.Token)
    {
        using HttpRequestMessage request = Request(path, json, token);
        using HttpResponseMessage response = await gateway.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static HttpRequestMessage Request(string path, string body, string token = TestGateway.Token) => new(HttpMethod.Post, Path + path)
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };
}
