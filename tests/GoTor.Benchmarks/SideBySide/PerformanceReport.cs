using System.Globalization;
using System.Text;

namespace GoTor.Benchmarks.SideBySide;

/// <summary>The part of docs/performance.md with both clients' medians.</summary>
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
                $"| {measure.Name} | {measure.Unit} | {PerformancePage.Number(their)} | {PerformancePage.Number(our)} | {our / their:F2} | {measure.Bar} |");
        }

        return table.ToString();
    }

    public static async Task WriteAsync(string table, SideBySideOptions options) => await PerformancePage.WriteAsync("side-by-side", $"""

        {options.Rounds} rounds each, medians. Downloads are {options.DownloadBytes >> 20} MiB in all, and every byte is compared.

        {table}
        {await PerformancePage.MachineAsync()}

        """);
}
