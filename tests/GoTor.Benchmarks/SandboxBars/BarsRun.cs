using System.Diagnostics;
using GoTor.Benchmarks.SideBySide;
using GoTor.Sandbox;
using GoTor.Testing.PrivateNetwork;
using GoTor.Testing.Sandboxes;

namespace GoTor.Benchmarks.SandboxBars;

/// <summary>Measures every bar of the sandbox. What needs C tor is left out where there is none.</summary>
internal sealed class BarsRun(int rounds, long downloadBytes)
{
    private const int Streams = 16;
    private const int WarmUpBytes = 16 << 20;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);
    private static readonly Measure s_firstByte = new("3 authorities, 8 relays: `StartAsync` to the first byte through three hops, warm", "s", Bar: "< 1.5");
    private static readonly Measure s_page = new("start of a built node with `--sandbox` to the page", "s", Bar: "< 6");
    private static readonly Measure s_nodeMemory = new("resident memory of a node in a sandbox elsewhere, idle", "MB");
    private static readonly Measure s_bothMemory = new("the same with the sandbox inside", "MB");
    private static readonly Measure s_memory = new("so the network takes", "MB", Bar: "< 100");
    private static readonly Measure s_throughput = new($"{Streams} parallel downloads through it", "MB/s");
    private static readonly Measure s_theirThroughput = new("the same through C tor's relays", "MB/s");
    private static readonly Measure s_ratio = new("ratio", "", Bar: "≥ 0.6");
    private static readonly Measure s_cTorStart = new("C tor as its client: start without caches to 100 %", "s", Bar: "≤ 10");
    private static readonly Measure s_manyStart = new("200 relays: start of a process to a network", "s", Bar: "< 20");
    private static readonly Measure s_manyMemory = new("200 relays: resident memory of the process", "MB", Bar: "< 1000");

    public Scores Scores { get; } = new();

    public long DownloadBytes => downloadBytes;

    public async Task MeasureAsync()
    {
        await FirstByteAsync(); // The compiler gets warm.
        for (int round = 1; round <= rounds; round++)
        {
            Console.WriteLine($"Round {round} of {rounds}");
            Scores.Add(s_firstByte, (await FirstByteAsync()).TotalSeconds);
            await MeasureNodeAsync();
            await MeasureThroughputAsync();
            await MeasureCTorAsync();
            await MeasureManyAsync();
        }
    }

    private static async Task<TimeSpan> FirstByteAsync()
    {
        await using TargetServer target = new();
        long start = TimeProvider.System.GetTimestamp();
        await using TorSandbox network = await TorSandbox.StartAsync();
        await using SandboxClient client = await SandboxClient.StartAsync(network);
        await client.BootstrappedAsync();
        TimeSpan before = TimeProvider.System.GetElapsedTime(start);
        return before + (await Fetch.BytesAsync(client.Socks, target, 1000)).FirstByte;
    }

    private async Task MeasureNodeAsync()
    {
        await using TestFolder folder = new();
        Stopwatch clock = Stopwatch.StartNew();
        ClientProgram program = ClientProgram.GoTor with { Arguments = [.. ClientProgram.GoTor.Arguments, "--sandbox"] };
        await using (ClientProcess node = ClientProcess.Start(program, folder.Path, []))
        {
            await node.ListeningAsync();
            await Fetch.PageAsync(node.Socks, "demo.sandbox", "/path");
            Scores.Add(s_page, clock.Elapsed.TotalSeconds);
            await node.BootstrappedAsync();
            await Task.Delay(Idle);
            double with = node.Process.ResidentBytes / 1e6, without = await NodeMemoryAsync();
            Scores.Add(s_nodeMemory, without);
            Scores.Add(s_bothMemory, with);
            Scores.Add(s_memory, with - without);
        }
    }

    private static async Task<double> NodeMemoryAsync()
    {
        await using TestFolder folder = new();
        await using TorSandbox network = await TorSandbox.StartAsync();
        await using ClientProcess node = await ClientProcess.StartAsync(ClientProgram.GoTor, folder.Path, network.ClientTorrc);
        await Fetch.PageAsync(node.Socks, "demo.sandbox", "/path");
        await Task.Delay(Idle);
        return node.Process.ResidentBytes / 1e6;
    }

    private async Task MeasureThroughputAsync()
    {
        double ours;
        await using (TargetServer target = new())
        {
            (SandboxProcess network, _) = await SandboxProcess.StartAsync(guards: 3, middles: 2, exits: 3);
            await using (network)
                ours = await ThroughputAsync(network.ClientTorrc, target);
        }

        Scores.Add(s_throughput, ours);
        if (PrivateTorNetwork.WhyNot is not null)
            return;
        await using PrivateTorNetwork theirs = await PrivateTorNetwork.StartAsync();
        double their = await ThroughputAsync(theirs.ClientTorrcLines, theirs.Target);
        Scores.Add(s_theirThroughput, their);
        Scores.Add(s_ratio, ours / their);
    }

    /// <summary>The same client for both, so that the difference is the relays'.</summary>
    private async Task<double> ThroughputAsync(IReadOnlyList<string> torrc, TargetServer target)
    {
        await using TestFolder folder = new();
        await using ClientProcess client = await ClientProcess.StartAsync(ClientProgram.GoTor, folder.Path, torrc);
        await DownloadAsync(client, target, WarmUpBytes);
        Stopwatch clock = Stopwatch.StartNew();
        await DownloadAsync(client, target, downloadBytes);
        return downloadBytes / clock.Elapsed.TotalSeconds / 1e6;
    }

    private static Task DownloadAsync(ClientProcess client, TargetServer target, long bytes) =>
        Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => Fetch.BytesAsync(client.Socks, target, bytes / Streams)));

    private async Task MeasureCTorAsync()
    {
        if (TorTools.Tor is null)
            return;
        await using TestFolder folder = new();
        await using TorSandbox network = await TorSandbox.StartAsync();
        Stopwatch clock = Stopwatch.StartNew();
        await using ClientProcess client = await ClientProcess.StartAsync(ClientProgram.CTor, folder.Path, network.ClientTorrc);
        Scores.Add(s_cTorStart, clock.Elapsed.TotalSeconds);
    }

    private async Task MeasureManyAsync()
    {
        (SandboxProcess network, TimeSpan took) = await SandboxProcess.StartAsync(guards: 60, middles: 77, exits: 60);
        await using (network)
        {
            await Task.Delay(Idle);
            Scores.Add(s_manyStart, took.TotalSeconds);
            Scores.Add(s_manyMemory, network.ResidentMegabytes);
        }
    }

    private sealed class TestFolder : IAsyncDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("gotor-sandbox-").FullName;

        public ValueTask DisposeAsync()
        {
            Directory.Delete(Path, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
