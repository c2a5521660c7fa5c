using System.Globalization;
using System.Runtime.InteropServices;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Benchmarks;

/// <summary>docs/performance.md: programs write parts of it between marks, people write the rest.</summary>
internal static class PerformancePage
{
    /// <summary>Puts a run's part in the place of the last one's.</summary>
    /// <exception cref="InvalidDataException">The page has lost the marks around the part.</exception>
    public static async Task WriteAsync(string part, string text)
    {
        (string startMark, string endMark) = ($"<!-- {part} -->", $"<!-- end of {part} -->");
        string path = FilePath();
        string page = await File.ReadAllTextAsync(path);
        int start = page.IndexOf(startMark, StringComparison.Ordinal), end = page.IndexOf(endMark, StringComparison.Ordinal);
        if (start < 0 || end < start)
            throw new InvalidDataException($"{path} has no part between {startMark} and {endMark}.");
        await File.WriteAllTextAsync(path, $"{page[..start]}{startMark}\n{text}{page[end..]}");
    }

    /// <summary>What the figures were measured on.</summary>
    public static async Task<string> MachineAsync()
    {
        string tor = TorTools.Tor is { } program ? (await ChildProcess.RunAsync(program, "", CancellationToken.None, "--version")).Split('\n')[0] : "No C tor.";
        string processor = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
        return $"Machine: {processor}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription},\n{RuntimeInformation.FrameworkDescription}. {tor}";
    }

    public static string Number(double value) =>
        value.ToString(value >= 100 ? "F0" : value >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);

    /// <summary>Where the page belongs, seen from the built program.</summary>
    private static string FilePath()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "GoTor.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? ".", "docs", "performance.md");
    }
}
