using System.Net;
using System.Text;
using GoTor.Client;
using GoTor.Testing.Otlp;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Tracing;

/// <summary>The node's traces as an OTLP receiver gets them, and what must not be in them.</summary>
[Collection(OnSandbox.Name)]
public sealed class TraceTests(SandboxNetwork network)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Download_WithTracing_DeliversItsTraceAndThoseOfCircuits(bool grpc)
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        string endpoint = grpc ? receiver.GrpcAddress : receiver.HttpAddress + "/v1/traces";
        await using ClientProcess client = await network.StartAsync("TraceSampling 1", $"TraceEndpoint {endpoint}");

        await Fetch.BytesAsync(client.Socks, network.Target, 100_000, "canary-user", "canary-name.test");
        await SocksClient.ResolveAsync(client.Socks, "canary-name.test");
        int closed = PortFinder.Free(IPAddress.Loopback).Port;
        await Assert.ThrowsAsync<SocksRefusedException>(() => SocksClient.ConnectAsync(client.Socks, "127.0.0.1", closed));
        await client.StopAsync();

        OtlpSpan[] spans = [.. OtlpSpan.In(receiver.Deliveries)];
        AssertStreams(spans);
        AssertBuilds(spans);
        Assert.All(spans, span => Assert.Equal("GoTor", span.Scope));
        Assert.Equal("gotor-node", spans[0].Resource["service.name"]);
        AssertHoldsNone(receiver.Deliveries, Secrets(closed));
    }

    [Fact]
    public async Task Receiver_ThatIsNotThere_IsSaidOnce_AndCostsNothingElse()
    {
        int nobody = PortFinder.Free(IPAddress.Loopback).Port;
        await using ClientProcess client = await network.StartAsync("TraceSampling 1", $"TraceEndpoint http://127.0.0.1:{nobody}");
        await Fetch.BytesAsync(client.Socks, network.Target, 100_000);
        await client.Process.LineAsync(line => line.Contains("Traces cannot be delivered", StringComparison.Ordinal)).WaitAsync(TimeSpan.FromSeconds(30));
        await Fetch.BytesAsync(client.Socks, network.Target, 100_000);

        Assert.Equal(0, await client.StopAsync());
        Assert.Single(client.Output.Split('\n'), line => line.Contains("Traces cannot be delivered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoint_InTheEnvironmentAlone_StartsNoTracing()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        await using ClientProcess client = await ClientProcess.StartAsync(
            TestNetwork.Program with { File = "env", Arguments = [$"OTEL_EXPORTER_OTLP_ENDPOINT={receiver.GrpcAddress}", TestNetwork.Program.File, .. TestNetwork.Program.Arguments] },
            network.NewFolder("client"), network.ClientTorrcLines);
        await Fetch.BytesAsync(client.Socks, network.Target, 1000);
        await client.StopAsync();

        Assert.Empty(receiver.Deliveries);
    }

    private static void AssertStreams(OtlpSpan[] spans)
    {
        OtlpSpan download = Assert.Single(
            spans, span => span.Name == "gotor.stream" && span.Tags["gotor.command"] == "Connect" && span.Tags["gotor.outcome"] == "ok");
        Assert.Equal("", download.ParentId);
        Assert.Equal("Socks5", download.Tags["gotor.proxy"]);
        Assert.Equal(["connected", "first_byte"], download.Events);
        OtlpSpan[] parts = [.. spans.Where(span => span.ParentId == download.SpanId).OrderBy(span => span.Start)];
        Assert.Equal(["gotor.stream.request", "gotor.stream.circuit", "gotor.stream.begin"], parts.Select(part => part.Name));
        Assert.All(parts, part => Assert.InRange(part.Start, download.Start, part.End));
        Assert.All(parts, part => Assert.InRange(part.End, part.Start, download.End));
        Assert.All(spans.Where(span => span.TraceId == download.TraceId), span => Assert.StartsWith("gotor.stream", span.Name, StringComparison.Ordinal));
        Assert.Contains(spans, span => span.Name == "gotor.stream" && span.Tags["gotor.command"] == "Resolve" && span.Tags["gotor.outcome"] == "ok");
        OtlpSpan refused = Assert.Single(
            spans, span => span.Name == "gotor.stream" && span.Tags["gotor.command"] == "Connect" && span.Tags["gotor.outcome"] != "ok");
        Assert.True(Enum.TryParse(refused.Tags["gotor.outcome"], out TorErrorKind _), refused.Tags["gotor.outcome"]);
    }

    private static void AssertBuilds(OtlpSpan[] spans)
    {
        OtlpSpan build = spans.First(span => span.Name == "gotor.circuit.build" && span.Tags["gotor.purpose"] == "user" && span.Tags["gotor.outcome"] == "ok");
        Assert.Equal(
            ["gotor.circuit.channel ", "gotor.circuit.hop 1", "gotor.circuit.hop 2", "gotor.circuit.hop 3"],
            spans.Where(span => span.ParentId == build.SpanId).OrderBy(span => span.Start).Select(span => $"{span.Name} {span.Tags.GetValueOrDefault("gotor.hop")}"));
        Assert.Contains(spans, span => span.Name == "gotor.circuit.build" && span.Tags["gotor.purpose"] == "directory");
    }

    /// <summary>Names, fingerprints, addresses and ports of relays; destinations; who asked.</summary>
    private IEnumerable<string> Secrets(int closed) =>
    [
        .. network.Relays.SelectMany(relay => new[]
        {
            relay.Name, relay.Fingerprint, relay.Fingerprint.ToLowerInvariant(), relay.OrPort.Address.ToString(), $"{relay.OrPort.Port}",
        }),
        "127.0.0.1", "canary", ".test", $"{network.Target.Port}", $"{closed}", Environment.MachineName, Environment.UserName,
    ];

    private static void AssertHoldsNone(IReadOnlyList<OtlpDelivery> deliveries, IEnumerable<string> secrets)
    {
        foreach (string secret in secrets)
        {
            byte[] raw = secret.Length == 40 && secret.All(char.IsAsciiHexDigit) ? Convert.FromHexString(secret) : [];
            Assert.All(deliveries, delivery =>
            {
                Assert.Equal(-1, delivery.Body.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)));
                Assert.True(raw.Length == 0 || delivery.Body.AsSpan().IndexOf(raw) < 0);
            });
        }
    }
}
