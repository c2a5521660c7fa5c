using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks.SideBySide;

/// <summary>The part of docs/performance.md with both clients' medians.</summary>
internal static class PerformanceReport
{
    private const string StartMark = "<!-- side-by-side -->";
    private const string EndMark = "<!-- end of side-by-side -->";

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

    /// <summary>Puts a run's part in the place of the last one's; the rest of the page is written by hand.</summary>
    /// <exception cref="InvalidDataException">The page has lost the marks around the part.</exception>
    public static async Task WriteAsync(string table, SideBySideOptions options)
    {
        string path = Path();
        string page = await File.ReadAllTextAsync(path);
        int start = page.IndexOf(StartMark, StringComparison.Ordinal), end = page.IndexOf(EndMark, StringComparison.Ordinal);
        if (start < 0 || end < start)
            throw new InvalidDataException($"{path} has no part between {StartMark} and {EndMark}.");
        await File.WriteAllTextAsync(path, $"{page[..start]}{StartMark}\n{await PartAsync(table, options)}{page[end..]}");
    }

    private static async Task<string> PartAsync(string table, SideBySideOptions options)
    {
        string tor = (await ChildProcess.RunAsync(TorTools.Tor!, "", CancellationToken.None, "--version")).Split('\n')[0];
        string processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        return $"""

            {options.Rounds} rounds each, medians. Downloads are {options.DownloadBytes >> 20} MiB in all, and every byte is compared.

            {table}
            Machine: {processor}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription},
            {RuntimeInformation.FrameworkDescription}. {tor}

            """;
    }

    /// <summary>Where the page belongs, seen from the built program.</summary>
    private static string Path()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "GoTor.sln")))
            folder = folder.Parent;
        return System.IO.Path.Combine(folder?.FullName ?? ".", "docs", "performance.md");
    }

    private static string Number(double value) =>
        value.ToString(value >= 100 ? "F0" : value >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);
}
