using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks.SideBySide;

/// <summary>The Markdown page with both clients' medians.</summary>
internal static class PerformanceReport
{
    public static string Table(string theirName, Scores theirs, string ourName, Scores ours)
    {
        StringBuilder table = new();
        table.AppendLine(CultureInfo.InvariantCulture, $"| what | unit | {theirName} | {ourName} | ratio | bar |");
        table.AppendLine("|---|---|---|---|---|---|");
        foreach (Measure measure in theirs.Measures)
        {
            (double their, double our) = (theirs.Median(measure), ours.Median(measure));
            table.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {measure.Name} | {measure.Unit} | {Number(their)} | {Number(our)} | {our / their:F2} | {measure.Bar} |");
        }

        return table.ToString();
    }

    public static async Task<string> PageAsync(string table, SideBySideOptions options)
    {
        string tor = (await ChildProcess.RunAsync(TorTools.Tor!, "", CancellationToken.None, "--version")).Split('\n')[0];
        string processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        return $"""
            # Performance, side by side with C tor

            One private network of C tor relays on loopback, both clients in turns (A B A B …), {options.Rounds} rounds each, medians.
            The relays, the load generator and the client share the machine's processors, so compare the columns, not the figures
            with those of other machines. Downloads are {options.DownloadBytes >> 20} MiB in all, and every byte is compared.

            {table}
            - *Wide windows*: with its default parameters congestion control holds a loopback circuit, which has no delay, well below
              what a client can do. The wide runs set `cc_cwnd_init` and the `cc_vegas_*_exit` parameters in the consensus.
            - *Processor time* is the client's own, user and system, per GiB of payload.
            - C tor runs as it does by default. A download of the same size goes before the measured ones.

            Machine: {processor}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription},
            {RuntimeInformation.FrameworkDescription}. {tor}

            ## Again

            ```
            dotnet run --project tests/GoTor.Benchmarks -c Release -- side-by-side --write
            ```

            `--quick` shows in a minute whether everything runs, `--node PATH` measures another build (an assembly or a native
            program), `--self` compares C tor with itself and so shows the noise. Leave the machine alone meanwhile.

            The costs of single operations: `dotnet run --project tests/GoTor.Benchmarks -c Release -- --filter '*'`.

            """;
    }

    /// <summary>Where the page belongs, seen from the built program.</summary>
    public static string Path()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "GoTor.sln")))
            folder = folder.Parent;
        return System.IO.Path.Combine(folder?.FullName ?? ".", "docs", "performance.md");
    }

    private static string Number(double value) =>
        value.ToString(value >= 100 ? "F0" : value >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);
}
