using Grpc.Core;
using Grpc.Net.Client;
using GoTor.MetricsContract;

namespace GoTor.Benchmarks.Gateway;

/// <summary>Nodes that report about 60 series each.</summary>
internal sealed class ReportingFleet : IDisposable
{
    private static readonly Metadata Authorization = new() { { "authorization", "Bearer " + GatewayProcess.Token } };
    private readonly GrpcChannel _channel;
    private readonly NodeReports.NodeReportsClient _client;
    private readonly NodeReport[] _reports;

    public ReportingFleet(Uri gateway, int nodes)
    {
        _channel = GrpcChannel.ForAddress(gateway, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        _client = new NodeReports.NodeReportsClient(_channel);
        _reports = [.. Enumerable.Range(0, nodes).Select(Report)];
    }

    /// <summary>One report of one node, with numbers that have moved.</summary>
    public async Task ReportAsync(int node)
    {
        NodeReport report = _reports[node];
        report.Sequence++;
        report.TimeUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (MetricFamily family in report.Families)
        {
            foreach (Sample sample in family.Samples)
            {
                sample.Value += 1.5;
                if (sample.Histogram is { } histogram)
                    histogram.Counts[5]++;
            }
        }
        await _client.ReportAsync(report, Authorization);
    }

    /// <summary>One report of every node.</summary>
    public async Task ReportAllAsync()
    {
        for (int i = 0; i < _reports.Length; i += 50)
            await Task.WhenAll(Enumerable.Range(i, Math.Min(50, _reports.Length - i)).Select(ReportAsync));
    }

    /// <summary>Every node reports once per period until cancelled, evenly spread.</summary>
    public async Task KeepReportingAsync(TimeSpan period, CancellationToken cancellation)
    {
        async Task OneAsync(int node)
        {
            try
            {
                await Task.Delay(period * ((double)node / _reports.Length), cancellation);
                using var timer = new PeriodicTimer(period);
                do
                {
                    try
                    {
                        await ReportAsync(node);
                    }
                    catch (RpcException lost) when (lost.StatusCode is StatusCode.Unavailable or StatusCode.Internal)
                    {
                        // A connection that broke; the next report makes up for it.
                    }
                }
                while (await timer.WaitForNextTickAsync(cancellation));
            }
            catch (OperationCanceledException)
            {
                // Enough.
            }
        }
        await Task.WhenAll(Enumerable.Range(0, _reports.Length).Select(OneAsync));
    }

    public void Dispose() => _channel.Dispose();

    // 30 counters and 8 gauges with one or two labels, and one histogram of 20 buckets: 60 lines.
    private static NodeReport Report(int node)
    {
        var report = new NodeReport
        {
            Contract = 1,
            NodeId = $"node-{node:0000}",
            BootId = "boot",
            StartTimeUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            IntervalMs = 1000,
            Version = "0.1.0",
            Network = "sandbox",
            Bootstrap = new Bootstrap { Percent = 100, Tag = "done", Summary = "Done" },
        };
        for (int i = 0; i < 15; i++)
        {
            report.Families.Add(new MetricFamily
            {
                Name = $"gotor.benchmark.counter{i}", Type = MetricType.Counter, Unit = "{circuit}", Help = "A counter for measuring.",
                Samples = { Sample(i * 1000, "purpose", "user"), Sample(i * 10, "purpose", "directory") },
            });
        }
        for (int i = 0; i < 8; i++)
        {
            report.Families.Add(new MetricFamily
            {
                Name = $"gotor.benchmark.gauge{i}", Type = MetricType.Gauge, Unit = "s", Help = "A gauge for measuring.", Samples = { Sample(i / 3.0, "direction", "in") },
            });
        }
        report.Families.Add(new MetricFamily
        {
            Name = "gotor.circuit.build.duration", Type = MetricType.Histogram, Unit = "s", Help = "From the start of a build to its last hop.",
            Samples =
            {
                new Sample
                {
                    Labels = { new Label { Name = "purpose", Value = "user" } },
                    Histogram = new Histogram { Bounds = { Enumerable.Range(0, 19).Select(i => 0.001 * Math.Pow(1.8, i)) }, Counts = { Enumerable.Range(0, 20).Select(i => (ulong)i) }, Sum = 12.5 },
                },
            },
        });
        return report;
    }

    private static Sample Sample(double value, string label, string labelValue) => new() { Value = value, Labels = { new Label { Name = label, Value = labelValue } } };
}
