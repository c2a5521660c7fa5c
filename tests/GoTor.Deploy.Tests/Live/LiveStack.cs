using System.Net;
using System.Text.RegularExpressions;
using GoTor.Deploy.Tests.Files;
using GoTor.Node.Reporting.Sending;
using GoTor.Testing;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Deploy.Tests.Live;

/// <summary>
/// A gateway, Prometheus and Alertmanager as processes, on the files of deploy/ with this run's addresses and shorter intervals, and two
/// nodes that report to the gateway. Without Prometheus or Alertmanager there is nothing, and the tests skip.
/// </summary>
public sealed partial class LiveStack : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly List<ChildProcess> _processes = [];
    private readonly List<BusyNode> _nodes = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("gotor-deploy-").FullName;
    private Task _working = Task.CompletedTask;
    private PrometheusApi? _prometheus;

    internal PrometheusApi Prometheus
    {
        get
        {
            Skip.If(_prometheus is null, "Prometheus or Alertmanager is not installed.");
            return _prometheus!;
        }
    }

    public async Task InitializeAsync()
    {
        if (Programs.Find("prometheus") is not { } prometheus || Programs.Find("alertmanager", "prometheus-alertmanager") is not { } alertmanager)
            return;
        (Uri http, Uri grpc, BearerToken token) = await StartGatewayAsync();
        IPEndPoint alertmanagerAt = PortFinder.Free(IPAddress.Loopback), prometheusAt = PortFinder.Free(IPAddress.Loopback);
        _processes.Add(ChildProcess.Start(
            alertmanager, $"--config.file={Repository.PathOf("deploy", "alertmanager", "alertmanager.yml")}", $"--web.listen-address={alertmanagerAt}",
            "--cluster.listen-address=", $"--storage.path={Path.Combine(_folder, "alertmanager")}"));
        _processes.Add(ChildProcess.Start(
            prometheus, $"--config.file={WriteConfiguration(http, alertmanagerAt, prometheusAt)}", $"--web.listen-address={prometheusAt}",
            $"--storage.tsdb.path={Path.Combine(_folder, "prometheus")}"));
        _nodes.AddRange(new[] { "node-1", "node-2" }.Select(name => new BusyNode(name, grpc, token)));
        _nodes.Add(new BusyNode("stranger", grpc, BearerToken.Random()));
        _working = WorkAsync();

        PrometheusApi api = new(new Uri($"http://{prometheusAt}"));
        await UntilAsync(api.IsReadyAsync, () => $"Prometheus is not ready: {_processes[^1].Output}");
        // A rate needs two scrapes, and a rule on top of a rule one evaluation more.
        await UntilAsync(
            async () => (await api.QueryAsync("min(count_over_time(node:gotor_circuit_build_failures:ratio_rate5m[1m])) > 4")).Count > 0
                && (await api.QueryAsync("min(changes(gotor_gateway_reports_refused_total[1m])) > 1")).Count > 0,
            () => $"No figures came: {string.Join('\n', _processes.Select(process => process.Output))}");
        _prometheus = api;
    }

    public async Task DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _working;
        foreach (BusyNode node in _nodes)
            await node.DisposeAsync();
        foreach (ChildProcess process in _processes)
            await process.DisposeAsync();
        _prometheus?.Dispose();
        _stopping.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<(Uri Http, Uri Grpc, BearerToken Token)> StartGatewayAsync()
    {
        BearerToken token = BearerToken.Random();
        string tokenFile = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(tokenFile, token.Reveal());
        ChildProcess gateway = ChildProcess.Start(
            DotnetHost.Path, GatewayProgram(), "--Gateway:HttpAddress=127.0.0.1:0", "--Gateway:GrpcAddress=127.0.0.1:0", $"--Gateway:TokenFile={tokenFile}");
        _processes.Add(gateway);
        Match line = Listening().Match(await gateway.LineAsync(text => Listening().IsMatch(text)).WaitAsync(Limit));
        return (new Uri(line.Groups[1].Value), new Uri(line.Groups[2].Value), token);
    }

    // Built beside this test project, by the same configuration.
    private static string GatewayProgram()
    {
        string output = AppContext.BaseDirectory.Replace(
            Repository.PathOf("tests", "GoTor.Deploy.Tests"), Repository.PathOf("GoTor.MetricsGateway"), StringComparison.Ordinal);
        return Path.Combine(output, "GoTor.MetricsGateway.dll");
    }

    /// <summary>prometheus.yml with other addresses and a fifth of its intervals; everything else is as it will run.</summary>
    private string WriteConfiguration(Uri gateway, IPEndPoint alertmanager, IPEndPoint itself)
    {
        string text = Repository.Read("deploy", "prometheus", "prometheus.yml")
            .Replace("gateway:9052", gateway.Authority, StringComparison.Ordinal)
            .Replace("alertmanager:9093", alertmanager.ToString(), StringComparison.Ordinal)
            .Replace("localhost:9090", itself.ToString(), StringComparison.Ordinal)
            .Replace("rules/*.yml", Repository.PathOf("deploy", "prometheus", "rules", "*.yml"), StringComparison.Ordinal)
            .Replace("_interval: 10s", "_interval: 2s", StringComparison.Ordinal)
            .Replace("scrape_timeout: 5s", "scrape_timeout: 2s", StringComparison.Ordinal);
        string file = Path.Combine(_folder, "prometheus.yml");
        File.WriteAllText(file, text);
        return file;
    }

    private async Task WorkAsync()
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
        try
        {
            for (int round = 0; await timer.WaitForNextTickAsync(_stopping.Token); round++)
            {
                foreach (BusyNode node in _nodes)
                    await node.WorkAsync(round, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The tests have ended.
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(200));
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                throw new TimeoutException(what());
            await timer.WaitForNextTickAsync();
        }
    }

    [GeneratedRegex(@"^Listening: http=(\S+) grpc=(\S+)$")]
    private static partial Regex Listening();
}
