using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace GoTor.Benchmarks.Gateway;

/// <summary>Holds a metrics gateway against its bars: <c>gateway [--write FILE]</c> prints a table, and can put it into a file.</summary>
internal static class GatewayCommand
{
    private const int Scrapes = 200;
    private static readonly Uri Metrics = new("/metrics", UriKind.Relative);
    private const string SectionStart = "## Gateway";
    private static readonly List<string> Rows = [];
    private static bool _allMet = true;

    public static async Task<int> RunAsync(string[] options)
    {
        await OneNodeAsync();
        await ThousandNodesAsync();
        await TwoHundredAtOnceAsync();
        string table = $"""
            | what | measured | bar |
            |---|---|---|
            {string.Join('\n', Rows)}

            """;
        Console.WriteLine(table);
        if (options is ["--write", string path])
            Write(path, table);
        return _allMet ? 0 : 1;
    }

    private static async Task OneNodeAsync()
    {
        using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using var fleet = new ReportingFleet(gateway.Grpc, 1);
        using HttpClient http = Client(gateway, gzip: false);
        await fleet.ReportAllAsync();
        for (int i = 0; i < 2000; i++)
            await TimedAsync(http);
        var times = new List<double>();
        for (int i = 0; i < 200; i++)
        {
            if (i % 20 == 0)
                await fleet.ReportAllAsync(); // Or all would be the same text.
            times.Add((await TimedAsync(http)).Milliseconds);
        }
        string page = await http.GetStringAsync(Metrics);
        Row("one node: 200 scrapes one after the other, 99th percentile", Percentile(times, 0.99), "ms", 2);
        Row("the same, median", Percentile(times, 0.5), "ms", null);
        Row("the same: go-tor's series in the body", page.IndexOf("# HELP gotor_", StringComparison.Ordinal) / 1024.0, "KB", 5);
        Row("the same: resident memory", gateway.ResidentMegabytes, "MB", null);
    }

    private static async Task ThousandNodesAsync()
    {
        using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using var fleet = new ReportingFleet(gateway.Grpc, 1000);
        await fleet.ReportAllAsync();
        foreach (bool gzip in new[] { false, true })
        {
            using HttpClient http = Client(gateway, gzip);
            for (int i = 0; i < 30; i++)
            {
                await fleet.ReportAsync(i);
                await TimedAsync(http);
            }
            var times = new List<double>();
            double size = 0;
            TimeSpan before = gateway.ProcessorTime;
            for (int i = 0; i < Scrapes; i++)
            {
                await fleet.ReportAsync(i); // Each scrape finds something new.
                (double took, long bytes) = await TimedAsync(http);
                times.Add(took);
                size = bytes / 1e6;
            }
            Row($"1,000 nodes of 60 series ({size:0.0} MB{(gzip ? ", gzip" : "")}): {Scrapes} scrapes, 99th percentile", Percentile(times, 0.99), "ms", 100);
            Row("the same: the gateway's processor time per scrape", (gateway.ProcessorTime - before).TotalMilliseconds / Scrapes, "ms", null);
        }
        using var enough = new CancellationTokenSource();
        Task reporting = fleet.KeepReportingAsync(TimeSpan.FromSeconds(2), enough.Token);
        using (HttpClient http = Client(gateway, gzip: true))
        {
            var times = new List<double>();
            TimeSpan before = gateway.ProcessorTime;
            long began = Stopwatch.GetTimestamp();
            for (int i = 0; i < 60; i++)
            {
                (double took, _) = await TimedAsync(http);
                times.Add(took);
                await Task.Delay(200);
            }
            Row("the same (gzip) while every node reports each 2 s, which is what it is asked for: 99th percentile", Percentile(times, 0.99), "ms", null);
            Row("processor time meanwhile, with 5 scrapes a second", (gateway.ProcessorTime - before) / Stopwatch.GetElapsedTime(began) * 100, "% of one processor", null);
        }
        await enough.CancelAsync();
        await reporting;
        Row("1,000 nodes: resident memory", gateway.ResidentMegabytes, "MB", 300);
    }

    private static async Task TwoHundredAtOnceAsync()
    {
        using GatewayProcess gateway = await GatewayProcess.StartAsync();
        using var fleet = new ReportingFleet(gateway.Grpc, 200);
        using HttpClient http = Client(gateway, gzip: false);
        await fleet.ReportAllAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => TimedAsync(http)));
        using var enough = new CancellationTokenSource();
        Task reporting = fleet.KeepReportingAsync(TimeSpan.FromSeconds(1), enough.Token);
        var times = new List<double>();
        int failed = 0;
        for (int round = 0; round < 10; round++)
        {
            Task<(double Took, long Bytes)>[] scrapes = [.. Enumerable.Range(0, 200).Select(_ => Task.Run(() => TimedAsync(http)))];
            foreach (Task<(double Took, long Bytes)> scrape in scrapes)
            {
                try
                {
                    times.Add((await scrape).Took);
                }
                catch (Exception error) when (error is HttpRequestException or IOException)
                {
                    failed++;
                }
            }
            await Task.Delay(500);
        }
        await enough.CancelAsync();
        await reporting;
        Row("200 scrapes at once, ten times, while 200 nodes report each second: failed", failed, "", 0);
        Row("the same: slowest", times.Max(), "ms", 1000);
        Row("the same: resident memory", gateway.ResidentMegabytes, "MB", null);
    }

    private static HttpClient Client(GatewayProcess gateway, bool gzip) => new(new SocketsHttpHandler
    {
        AutomaticDecompression = gzip ? DecompressionMethods.GZip : DecompressionMethods.None,
    })
    { BaseAddress = gateway.Http };

    // Reads the body to its end, or fails, but keeps nothing of it: 200 copies would be this process' own load, on the gateway's processors.
    private static async Task<(double Milliseconds, long Bytes)> TimedAsync(HttpClient http)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            long began = Stopwatch.GetTimestamp(), bytes = 0;
            using HttpResponseMessage response = await http.GetAsync(Metrics, HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            await using Stream body = await response.Content.ReadAsStreamAsync();
            for (int read; (read = await body.ReadAsync(buffer)) > 0;)
                bytes += read;
            return (Stopwatch.GetElapsedTime(began).TotalMilliseconds, bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static double Percentile(List<double> times, double part)
    {
        times.Sort();
        return times[(int)Math.Ceiling(part * times.Count) - 1];
    }

    private static void Row(string what, double value, string unit, double? bar)
    {
        bool isMet = bar is null || value < bar || (bar == 0 && value == 0);
        _allMet &= isMet;
        string text = value.ToString(value < 10 ? "0.##" : "0", CultureInfo.InvariantCulture);
        string row = $"| {what} | {text} {unit} | {(bar is null ? "" : bar == 0 ? "none" : $"< {bar} {unit}")}{(isMet ? "" : " **missed**")} |";
        Rows.Add(row);
        Console.Error.WriteLine(row);
    }

    private static void Write(string path, string table)
    {
        string text = File.ReadAllText(path);
        int start = text.IndexOf(SectionStart, StringComparison.Ordinal);
        int next = start < 0 ? -1 : text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        string section = $"""
            {SectionStart}

            The gateway is a process of its own, and so is what reports and scrapes; all share two processors.

            {table}
            Again: `dotnet run --project tests/GoTor.Benchmarks -c Release -- gateway --write docs/performance.md`

            """;
        File.WriteAllText(path, start < 0 ? text.TrimEnd() + "\n\n" + section : text[..start] + section + (next < 0 ? "" : text[next..]));
    }
}
