using System.Diagnostics;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks.SideBySide;

/// <summary>One client's turn: a fresh start, all loads, and a warm start. Every byte of every download is compared.</summary>
internal sealed class Round(PrivateTorNetwork network, SideBySideOptions options, ClientProgram program, Scores scores)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(3);

    /// <summary>Starts, latencies and many fetches at once, which congestion windows do not touch; then downloads.</summary>
    public async Task RunAsync(bool wideWindows)
    {
        string folder = network.NewFolder("client");
        await using (ClientProcess client = await MeasureStartAsync(folder, wideWindows ? null : Measures.ColdStart))
        {
            if (!wideWindows)
            {
                await Task.Delay(Idle);
                scores.Add(Measures.IdleMemory, client.Process.ResidentBytes / 1e6);
                await MeasureLatencyAsync(client);
                await MeasureIsolatedAsync(client);
                await MeasureManyAsync(client);
            }

            // Caches, and for us the compiler, get warm like those of a client that has run for a while.
            await DownloadAsync(client, options.DownloadBytes, 4);
            foreach (int streams in Measures.Streams)
                await MeasureDownloadAsync(client, streams, wideWindows);
            scores.Add(Measures.LoadedMemory(wideWindows), client.Process.ResidentBytes / 1e6);
            await client.StopAsync();
        }

        if (!wideWindows)
            await (await MeasureStartAsync(folder, Measures.WarmStart)).DisposeAsync();
    }

    private async Task<ClientProcess> MeasureStartAsync(string folder, Measure? measure)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ClientProcess client = await ClientProcess.StartAsync(program, network, folder);
        if (measure is not null)
            scores.Add(measure, clock.Elapsed.TotalSeconds);
        return client;
    }

    private async Task MeasureLatencyAsync(ClientProcess client)
    {
        List<double> times = [];
        for (int i = 0; i < options.SmallFetches; i++)
            times.Add((await Fetch.BytesAsync(client.Socks, network.Target, 1000)).FirstByte.TotalMilliseconds);
        scores.Add(Measures.FirstByte, Scores.Percentile(times, 0.5));
        scores.Add(Measures.FirstByteTail, Scores.Percentile(times, 0.95));
    }

    private async Task MeasureIsolatedAsync(ClientProcess client)
    {
        List<double> times = [];
        for (int i = 0; i < options.IsolatedFetches; i++)
            times.Add((await Fetch.BytesAsync(client.Socks, network.Target, 1000, user: $"alone{i}")).Total.TotalMilliseconds);
        scores.Add(Measures.IsolatedFetch, Scores.Percentile(times, 0.5));
    }

    private async Task MeasureManyAsync(ClientProcess client)
    {
        bool[] succeeded = await Task.WhenAll(Enumerable.Range(0, options.FetchesAtOnce).Select(async _ =>
        {
            try
            {
                await Fetch.BytesAsync(client.Socks, network.Target, 10_000);
                return true;
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                return false;
            }
        }));
        scores.Add(Measures.AtOnce(options.FetchesAtOnce), succeeded.Count(yes => yes));
    }

    private async Task MeasureDownloadAsync(ClientProcess client, int streams, bool wideWindows)
    {
        TimeSpan cpu = client.Process.CpuTime;
        Stopwatch clock = Stopwatch.StartNew();
        await DownloadAsync(client, options.DownloadBytes, streams);
        scores.Add(Measures.Throughput(streams, wideWindows), options.DownloadBytes / clock.Elapsed.TotalSeconds / 1e6);
        scores.Add(
            Measures.Cpu(streams, wideWindows),
            (client.Process.CpuTime - cpu).TotalSeconds * (1L << 30) / options.DownloadBytes);
    }

    private Task DownloadAsync(ClientProcess client, long bytes, int streams) =>
        Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Fetch.BytesAsync(client.Socks, network.Target, bytes / streams)));
}
