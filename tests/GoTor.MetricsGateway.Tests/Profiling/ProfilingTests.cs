using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Grpc.Core;
using GoTor.MetricsContract;
using GoTor.MetricsContract.Profiling;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;

namespace GoTor.MetricsGateway.Tests.Profiling;

/// <summary>Real traces of this process, read with TraceEvent.</summary>
[Collection(Name)]
public sealed class ProfilingTests
{
    private const string Token = "fedcba9876543210-profiling-token";
    private static readonly (string, string)[] On = [("Profiling:Enabled", "true"), ("Profiling:Token", Token)];

    /// <summary>Two sessions of one process would see each other's events.</summary>
    private const string Name = "records this process";

    [Theory]
    [InlineData("cpu", "nettrace")]
    [InlineData("cpu", "speedscope")]
    public async Task Processor_OfTheGateway_HoldsSamplesOfWhatRuns(string kind, string format)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(settings: On);
        using CancellationTokenSource enough = new();
        Thread busy = new(() => BurnForProfile(enough.Token)) { IsBackground = true };
        busy.Start();
        using HttpResponseMessage answer = await PostAsync(gateway, $"target=gateway&kind={kind}&seconds=2&format={format}");
        await enough.CancelAsync();
        busy.Join();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        string fileName = answer.Content.Headers.ContentDisposition!.FileName!;
        if (format == "speedscope")
        {
            Assert.Matches(@"^""?gateway-cpu-\d{8}T\d{6}Z\.speedscope\.json""?$", fileName);
            AssertSpeedscope(body);
        }
        else
        {
            Assert.Matches(@"^""?gateway-cpu-\d{8}T\d{6}Z\.nettrace""?$", fileName);
            AssertSamples(body);
        }
    }

    [Fact]
    public async Task Heap_OfTheGateway_HoldsItsObjectsAndTypes_AndNoText()
    {
        const string Secret = "a-secret-that-is-on-the-heap";
        string[] kept = [.. Enumerable.Range(0, 1000).Select(i => Secret + i)];
        await using TestGateway gateway = await TestGateway.StartAsync(settings: On);
        using HttpResponseMessage answer = await PostAsync(gateway, "kind=gc&seconds=30");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        GC.KeepAlive(kept);

        long nodes = 0;
        HashSet<string> types = [];
        using EventPipeEventSource source = new(new MemoryStream(body));
        source.Clr.GCBulkNode += data => nodes += data.Count;
        source.Clr.TypeBulkType += data =>
        {
            for (int i = 0; i < data.Count; i++)
                types.Add(data.Values(i).TypeName);
        };
        source.Process();
        Assert.True(nodes > 1000, $"{nodes} objects");
        Assert.Contains("System.String", types);
        Assert.Equal(-1, body.AsSpan().IndexOf(System.Text.Encoding.Unicode.GetBytes(Secret)));
    }

    [Theory]
    [InlineData("target=node", HttpStatusCode.BadRequest)]
    [InlineData("node=n1", HttpStatusCode.BadRequest)]
    [InlineData("target=node&node=../etc", HttpStatusCode.BadRequest)]
    [InlineData("kind=memory", HttpStatusCode.BadRequest)]
    [InlineData("kind=cpu&kind=gc", HttpStatusCode.BadRequest)]
    [InlineData("seconds=0", HttpStatusCode.BadRequest)]
    [InlineData("seconds=61", HttpStatusCode.BadRequest)]
    [InlineData("seconds=-1", HttpStatusCode.BadRequest)]
    [InlineData("format=pprof", HttpStatusCode.BadRequest)]
    [InlineData("kind=gc&format=speedscope", HttpStatusCode.BadRequest)]
    [InlineData("second=5", HttpStatusCode.BadRequest)]
    [InlineData("target=node&node=nobody", HttpStatusCode.NotFound)]
    [InlineData("target=node&node=shy", HttpStatusCode.Conflict)]
    public async Task Request_ThatMakesNoSense_IsRefusedWithAReason(string query, HttpStatusCode expected)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(settings: On);
        await gateway.ReportAsync(TestReports.Empty("shy"));
        using HttpResponseMessage answer = await PostAsync(gateway, query);
        Assert.Equal(expected, answer.StatusCode);
        Assert.NotEqual("", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Profiling_IsOff_UnlessEnabled_AndNeedsTheToken()
    {
        await using TestGateway off = await TestGateway.StartAsync();
        using HttpResponseMessage forbidden = await PostAsync(off, "kind=cpu", TestGateway.Token);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        await using TestGateway on = await TestGateway.StartAsync(settings: On);
        using HttpResponseMessage stranger = await on.Http.PostAsync("/debug/profile?kind=cpu", null);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        using HttpResponseMessage node = await PostAsync(on, "kind=cpu", TestGateway.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, node.StatusCode);
        using HttpResponseMessage get = await on.Http.GetAsync("/debug/profile");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
    }

    [Theory]
    [InlineData(null, "without a token of its own: set Gateway:Profiling:TokenFile")]
    [InlineData(TestGateway.Token, "the same token as the nodes")]
    [InlineData("short", "too short to be safe")]
    public async Task Profiling_WithoutATokenOfItsOwn_DoesNotStart(string? token, string expected)
    {
        (string, string)[] settings = token is null ? [("Profiling:Enabled", "true")] : [("Profiling:Enabled", "true"), ("Profiling:Token", token)];
        Hosting.GatewaySettingsException refused = await Assert.ThrowsAsync<Hosting.GatewaySettingsException>(() => TestGateway.StartAsync(settings: settings));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_ThatIsTooLarge_IsGivenUp_AndTheNextOneWorks()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(settings: [.. On, ("Profiling:MaxBytes", "1000")]);
        using HttpResponseMessage answer = await PostAsync(gateway, "kind=cpu&seconds=1");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("larger than 1000 bytes", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage again = await PostAsync(gateway, "kind=cpu&seconds=1");
        Assert.Equal(HttpStatusCode.InternalServerError, again.StatusCode); // Not 409: it is not busy any more.
    }

    [Fact]
    public async Task Node_IsAskedInItsAnswer_AndItsUploadIsHandedOn_OneAtATime()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(settings: On);
        NodeReport report = TestReports.Empty("n1");
        report.Profiling = true;
        Assert.Null((await gateway.ReportAsync(report)).Profile);

        Task<HttpResponseMessage> asking = PostAsync(gateway, "target=node&node=n1&kind=cpu&seconds=7");
        ProfileRequest request = await AskedAsync(gateway, report);
        Assert.Equal((ProfileKind.Cpu, 7u), (request.Kind, request.DurationS));
        using HttpResponseMessage second = await PostAsync(gateway, "kind=cpu&seconds=1");
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);

        // A stranger's upload, one for another id and one from another node are not taken.
        foreach ((string node, string id) in new[] { ("n1", "no-such-id"), ("n2", request.Id) })
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => UploadAsync(gateway, node, id, [1]))).StatusCode);
        Assert.Equal(6ul, (await UploadAsync(gateway, "n1", request.Id, [1, 2, 3], [4, 5, 6])).Bytes);

        using HttpResponseMessage answer = await asking;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([1, 2, 3, 4, 5, 6], await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => UploadAsync(gateway, "n1", request.Id, [1]))).StatusCode);
    }

    [Fact]
    public async Task Node_ThatCannot_SaysWhy_AndWhatIsNoTrace_IsNotConverted()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(settings: On);
        NodeReport report = TestReports.Empty("n1");
        report.Profiling = true;
        await gateway.ReportAsync(report);

        Task<HttpResponseMessage> asking = PostAsync(gateway, "target=node&node=n1");
        ProfileRequest request = await AskedAsync(gateway, report);
        using (AsyncClientStreamingCall<ProfileChunk, ProfileReceipt> upload = gateway.Reports.UploadProfile(TestGateway.Authorization))
        {
            await upload.RequestStream.WriteAsync(new ProfileChunk { NodeId = "n1", ProfileId = request.Id, Failure = "this is a native build" });
            await upload.RequestStream.CompleteAsync();
            await upload;
        }

        using HttpResponseMessage refused = await asking;
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        Assert.Contains("native build", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        asking = PostAsync(gateway, "target=node&node=n1&format=speedscope");
        request = await AskedAsync(gateway, report);
        await UploadAsync(gateway, "n1", request.Id, [.. "Nettrace and then nonsense"u8]);
        using HttpResponseMessage unreadable = await asking;
        Assert.Equal(HttpStatusCode.BadGateway, unreadable.StatusCode);
        Assert.Contains("cannot be converted", await unreadable.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<ProfileRequest> AskedAsync(TestGateway gateway, NodeReport report)
    {
        for (int i = 0; i < 500; i++)
        {
            report.Sequence++;
            if ((await gateway.ReportAsync(report)).Profile is { } request)
                return request;
            await Task.Delay(20);
        }

        throw new TimeoutException("The gateway did not ask.");
    }

    private static async Task<ProfileReceipt> UploadAsync(TestGateway gateway, string node, string id, params byte[][] pieces)
    {
        using AsyncClientStreamingCall<ProfileChunk, ProfileReceipt> upload = gateway.Reports.UploadProfile(TestGateway.Authorization);
        foreach (byte[] piece in pieces)
            await upload.RequestStream.WriteAsync(new ProfileChunk { NodeId = node, ProfileId = id, Data = Google.Protobuf.ByteString.CopyFrom(piece) });
        await upload.RequestStream.CompleteAsync();
        return await upload;
    }

    private static Task<HttpResponseMessage> PostAsync(TestGateway gateway, string query, string? token = null) => gateway.Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "/debug/profile?" + query) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token ?? Token) } });

    private static void AssertSamples(byte[] trace)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("gotor-trace-");
        try
        {
            string file = Path.Combine(folder.FullName, "profile.nettrace");
            File.WriteAllBytes(file, trace);
            using TraceLog log = new(TraceLog.CreateFromEventPipeDataFile(file));
            int samples = log.Events.Count(data => data.ProviderName == "Microsoft-DotNETCore-SampleProfiler");
            Assert.True(samples > 50, $"{samples} samples");
            Assert.Contains(log.CodeAddresses.Methods, method => method.FullMethodName.Contains(nameof(BurnForProfile), StringComparison.Ordinal));
            Assert.DoesNotContain(log.Events, data => data.EventName.StartsWith("Exception/", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AssertSpeedscope(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal("https://www.speedscope.app/file-format-schema.json", document.RootElement.GetProperty("$schema").GetString());
        Assert.Contains(
            document.RootElement.GetProperty("shared").GetProperty("frames").EnumerateArray(),
            frame => frame.GetProperty("name").GetString()!.Contains(nameof(BurnForProfile), StringComparison.Ordinal));
        Assert.Contains(document.RootElement.GetProperty("profiles").EnumerateArray(), profile => profile.GetProperty("events").GetArrayLength() > 10);
    }

    private static void BurnForProfile(CancellationToken enough)
    {
        double sum = 0;
        while (!enough.IsCancellationRequested)
        {
            for (int i = 0; i < 100_000; i++)
                sum += Math.Sqrt(i);
            Thread.Yield();
        }

        Assert.True(sum > 0);
    }
}
