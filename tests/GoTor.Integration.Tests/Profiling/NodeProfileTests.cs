using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing;
using GoTor.Testing.PrivateNetwork;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;

namespace GoTor.Integration.Tests.Profiling;

/// <summary>
/// Profiles of a real node, fetched through a real gateway. The node's network does not answer: it need not bootstrap for this.
/// <c>GOTOR_TEST_CLIENT</c> may name a native build of the node, which has no profiles and must say so.
/// </summary>
public sealed class NodeProfileTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gotor-").FullName;
    private readonly string _token = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(3) };
    private readonly string _profilingToken = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
    private ChildProcess? _gateway;
    private ClientProcess? _node;

    private static bool IsNative => TestNetwork.Program.Name == "GoTor" && TestNetwork.Program.File != DotnetHost.Path;

    public async Task InitializeAsync()
    {
        string tokenFile = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(tokenFile, _token);
        string profilingTokenFile = Path.Combine(_folder, "profiling-token");
        await File.WriteAllTextAsync(profilingTokenFile, _profilingToken);
        _gateway = ChildProcess.Start(
            DotnetHost.Path, "exec", ClientProgram.Built("GoTor.MetricsGateway"), "--Gateway:HttpAddress=127.0.0.1:0", "--Gateway:GrpcAddress=127.0.0.1:0",
            $"--Gateway:TokenFile={tokenFile}", "--Gateway:Profiling:Enabled=true", $"--Gateway:Profiling:TokenFile={profilingTokenFile}");
        string line = await _gateway.LineAsync(line => line.StartsWith("Listening:", StringComparison.Ordinal)).WaitAsync(TimeSpan.FromSeconds(60));
        string[] addresses = [.. line.Split(' ').Skip(1).Select(part => part.Split('=')[1])];
        _http.BaseAddress = new Uri(addresses[0]);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _profilingToken);
        string nobody = new('A', 40);
        _node = ClientProcess.Start(
            TestNetwork.Program, _folder,
            [
                $"DirAuthority none orport=1 v3ident={nobody} 127.0.0.1:1 {nobody}", "TestingTorNetwork 1", $"MetricsGateway {new Uri(addresses[1]).Authority}",
                $"MetricsTokenFile {tokenFile}", "MetricsNodeName profiled", "MetricsProfiling 1",
            ]);
        await Wait.UntilAsync(
            () => _http.GetStringAsync("/metrics").GetAwaiter().GetResult().Contains("gotor_node_up{node=\"profiled\"} 1", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60), () => _node.Output + _gateway.Output);
    }

    [SkippableFact]
    public async Task Processor_OfANode_HoldsSamplesOfItsMethods_AndNoSecret()
    {
        Skip.If(IsNative, "A native node has no profiles.");
        byte[] trace = await ProfileAsync("kind=cpu&seconds=3");
        string file = Path.Combine(_folder, "profile.nettrace");
        await File.WriteAllBytesAsync(file, trace);
        using TraceLog log = new(TraceLog.CreateFromEventPipeDataFile(file));
        int samples = log.Events.Count(data => data.ProviderName == "Microsoft-DotNETCore-SampleProfiler");
        Assert.True(samples > 50, $"{samples} samples");
        Assert.True(trace.AsSpan().IndexOf(Encoding.Unicode.GetBytes("GoTor.Node.Reporting")) > 0, "No method of the node.");
        Assert.Equal(-1, trace.AsSpan().IndexOf(Encoding.Unicode.GetBytes(_token)));
        Assert.Equal(-1, trace.AsSpan().IndexOf(Encoding.UTF8.GetBytes(_token)));
    }

    [SkippableFact]
    public async Task Heap_OfANode_HoldsItsObjects()
    {
        Skip.If(IsNative, "A native node has no profiles.");
        byte[] trace = await ProfileAsync("kind=gc");
        long objects = 0;
        using EventPipeEventSource source = new(new MemoryStream(trace));
        source.Clr.GCBulkNode += data => objects += data.Count;
        source.Process();
        Assert.True(objects > 1000, $"{objects} objects");
        Assert.Equal(-1, trace.AsSpan().IndexOf(Encoding.Unicode.GetBytes(_token)));
    }

    [SkippableFact]
    public async Task Speedscope_OfANode_IsOne()
    {
        Skip.If(IsNative, "A native node has no profiles.");
        using JsonDocument document = JsonDocument.Parse(await ProfileAsync("kind=cpu&seconds=2&format=speedscope"));
        Assert.NotEqual(0, document.RootElement.GetProperty("profiles").GetArrayLength());
        Assert.Contains(
            document.RootElement.GetProperty("shared").GetProperty("frames").EnumerateArray(),
            frame => frame.GetProperty("name").GetString()!.Contains("GoTor", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task NativeNode_SaysWhyItHasNone()
    {
        Skip.IfNot(IsNative, "GOTOR_TEST_CLIENT names no native node.");
        using HttpResponseMessage answer = await _http.PostAsync("/debug/profile?target=node&node=profiled&kind=cpu&seconds=1", null);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("native build", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<byte[]> ProfileAsync(string query)
    {
        using HttpResponseMessage answer = await _http.PostAsync("/debug/profile?target=node&node=profiled&" + query, null);
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, Encoding.UTF8.GetString(body) + _node!.Output);
        return body;
    }
}
