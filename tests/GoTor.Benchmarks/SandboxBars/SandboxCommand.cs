using System.Globalization;
using System.Text;
using GoTor.Benchmarks.SideBySide;

namespace GoTor.Benchmarks.SandboxBars;

/// <summary>
/// <c>sandbox [--quick] [--rounds N] [--write [docs/performance.md]]</c>: what the sandbox costs, each figure with its bar. Medians of the rounds.
/// </summary>
internal static class SandboxCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        (bool quick, bool write, int rounds) = (false, false, 5);
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    (quick, rounds) = (true, 1);
                    break;
                case "--write":
                    write = true;
                    break;
                case "docs/performance.md" when write:
                    break;
                case "--rounds" when i + 1 < arguments.Length:
                    rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                default:
                    await Console.Error.WriteLineAsync($"What is {arguments[i]}?");
                    return 1;
            }
        }

        BarsRun run = new(rounds, downloadBytes: (quick ? 16L : 64L) << 20);
        await run.MeasureAsync();
        string table = Table(run.Scores);
        Console.WriteLine(table);
        if (write)
        {
            await PerformancePage.WriteAsync("sandbox", $"""

                {rounds} rounds, medians. Downloads are {run.DownloadBytes >> 20} MiB in all, and every byte is compared.

                {table}
                {await PerformancePage.MachineAsync()}

                """);
        }

        return 0;
    }

    private static string Table(Scores scores)
    {
        StringBuilder table = new();
        table.AppendLine("| what | unit | measured | bar |");
        table.AppendLine("|---|---|---|---|");
        foreach (Measure measure in scores.Measures)
        {
            table.AppendLine(
                CultureInfo.InvariantCulture, $"| {measure.Name} | {measure.Unit} | {PerformancePage.Number(scores.Median(measure))} | {measure.Bar} |");
        }

        return table.ToString();
    }
}
