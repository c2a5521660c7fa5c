using System.Net;
using System.Text.Json.Nodes;
using GoTor.Integration.Tests.Networks;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Observability;

/// <summary>A node with one flag, the gateway that it starts, and whether what the gateway shows is true.</summary>
[Collection(OnFaultySandbox.Name)]
public sealed class ReportingTests(SandboxNetwork network)
{
    private const string Created = "gotor_stream_created_total{purpose=\"user\"}";
    private const string Closed = "gotor_stream_closed_total{purpose=\"user\"}";
    private const string Active = "gotor_stream_active{purpose=\"user\"}";
    private const string Sent = "gotor_stream_data_bytes_total{direction=\"sent\",purpose=\"user\"}";
    private const string Received = "gotor_stream_data_bytes_total{direction=\"received\",purpose=\"user\"}";
    private const string Built = "gotor_circuit_builds_succeeded_total{purpose=\"user\"}";
    private const string Started = "gotor_circuit_builds_total{purpose=\"user\"}";
    private const string Open = "gotor_circuit_active{purpose=\"user\"}";

    [SkippableFact]
    public async Task Numbers_AfterTraffic_AreThoseOfTheApplications()
    {
        (ClientProcess client, Gateway gateway) = await StartAsync();
        await using (client)
        using (gateway)
        {
            await client.BootstrappedAsync();
            await gateway.HealthIsAsync(HttpStatusCode.OK);
            CountedTraffic traffic = new(client.Socks, network.Target);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => traffic.FetchAsync(100_000 + i, $"user{i % 4}")));

            await gateway.MetricsAreAsync(series => series.GetValueOrDefault(Closed) == 20, "the streams did not end");
            Dictionary<string, double> series = await gateway.MetricsAsync();
            Assert.Equal((20, 20, 0), (series[Created], series[Closed], series[Active]));
            Assert.Equal((traffic.Sent, traffic.Received), ((long)series[Sent], (long)series[Received]));
            Assert.Equal(traffic.Sent + traffic.Received, (long)series["tor_stream_data_bytes_total"]);
            Assert.Equal(20, series["tor_streams_created_total"]);
            Assert.Equal(20, series["tor_socks_requests_total"]);
            Assert.Equal(20, series["gotor_stream_first_byte_duration_seconds_count{purpose=\"user\"}"]);
            Assert.Equal(4, series["gotor_isolation_keys"]);
            // Each of the four has at least a circuit, and every circuit that was built stands or has ended.
            Assert.InRange(series[Open], 4, series[Built]);
            Assert.Equal(series[Built] - series[Open], series.Where(one => one.Key.StartsWith("gotor_circuit_ended_total", StringComparison.Ordinal)
                && one.Key.Contains("purpose=\"user\"", StringComparison.Ordinal)).Sum(one => one.Value));
            Assert.InRange(series[Started], series[Built], double.MaxValue);
            Assert.Equal(1, series["gotor_bootstrap_progress_ratio"]);
            Assert.DoesNotContain(client.Output.Split('\n'), line => line.Contains("[err]", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task GatewayKilled_UnderTraffic_ComesBackWithTheSameTotals()
    {
        (ClientProcess client, Gateway gateway) = await StartAsync();
        await using (client)
        using (gateway)
        {
            await client.BootstrappedAsync();
            await gateway.HealthIsAsync(HttpStatusCode.OK);
            CountedTraffic traffic = new(client.Socks, network.Target);
            Task running = Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
            {
                for (int turn = 0; turn < 5; turn++)
                    await traffic.FetchAsync(500_000, $"user{i}");
            }));
            await gateway.MetricsAreAsync(series => series.GetValueOrDefault(Received) > 500_000, "no traffic was seen");
            Signals.Send(client.Process.ChildId!.Value, Signal.Kill);

            await running;
            Assert.Equal(20, traffic.Streams);
            await gateway.MetricsAreAsync(series => series.GetValueOrDefault(Closed) == 20, "the gateway did not come back with all of it");
            Dictionary<string, double> series = await gateway.MetricsAsync();
            Assert.Equal((20, traffic.Sent, traffic.Received), (series[Created], (long)series[Sent], (long)series[Received]));
            Assert.Single(client.Output.Split('\n'), line => line.Contains("the gateway ended", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task Health_IsRedUntilTrafficFlows_AndAgainWithoutRelays()
    {
        (ClientProcess client, Gateway gateway) = await StartAsync();
        await using (client)
        using (gateway)
        {
            await client.BootstrappedAsync();
            await gateway.HealthIsAsync(HttpStatusCode.OK);
            JsonNode components = (await gateway.HealthAsync()).Body!["components"]!;
            // The gateway has components of its own beside these.
            string[] ours = ["bootstrap", "circuits", "clock", "connections", "directory", "guards", "reporter", "resources", "socks"];
            Assert.All(ours, component => Assert.Contains(component, components.AsObject().Select(one => one.Key)));
            IFaultyRelay[] relays = [.. network.Relays];
            await Task.WhenAll(relays.Select(relay => relay.KillAsync()));
            try
            {
                await gateway.HealthIsAsync(HttpStatusCode.ServiceUnavailable);
                components = (await gateway.HealthAsync()).Body!["components"]!;
                Assert.Equal("unhealthy", (string?)components["circuits"]!["status"]);
            }
            finally
            {
                await Task.WhenAll(relays.Select(relay => relay.RestartAsync()));
            }

            await gateway.HealthIsAsync(HttpStatusCode.OK);
        }
    }

    [SkippableFact]
    public async Task Health_BeforeThereIsANetwork_IsRedAndSaysWhy()
    {
        // Its only authority is a port where nobody listens.
        Skip.IfNot(TestNetwork.Program == ClientProgram.GoTor, "Only the node as it was built has a gateway beside it.");
        IPEndPoint metrics = PortFinder.Free(IPAddress.Loopback);
        int nobody = PortFinder.Free(IPAddress.Loopback).Port;
        await using ClientProcess client = ClientProcess.Start(
            TestNetwork.Program,
            network.NewFolder("observed"),
            [
                $"DirAuthority a orport={nobody} v3ident=0123456789012345678901234567890123456789 127.0.0.1:{nobody} {new string('A', 40)}",
                "TestingTorNetwork 1", $"MetricsPort {metrics}", "MetricsNodeName tested",
            ]);
        using Gateway gateway = new(metrics);
        await gateway.MetricsAreAsync(series => series.GetValueOrDefault("tor_connection_attempts_total") > 0, "nothing was tried");
        await gateway.HealthIsAsync(HttpStatusCode.ServiceUnavailable);
        JsonNode bootstrap = (await gateway.HealthAsync()).Body!["components"]!["bootstrap"]!;
        Assert.Equal("unhealthy", (string?)bootstrap["status"]);
        Assert.Contains("check the network connection", (string?)bootstrap["message"], StringComparison.Ordinal);
    }

    private async Task<(ClientProcess Client, Gateway Gateway)> StartAsync()
    {
        Skip.IfNot(TestNetwork.Program == ClientProgram.GoTor, "Only the node as it was built has a gateway beside it.");
        IPEndPoint metrics = PortFinder.Free(IPAddress.Loopback);
        ClientProcess client = ClientProcess.Start(
            TestNetwork.Program, network.NewFolder("observed"), network.ClientTorrcLines.Concat([$"MetricsPort {metrics}", "MetricsNodeName tested"]));
        await client.ListeningAsync();
        return (client, new Gateway(metrics));
    }
}
