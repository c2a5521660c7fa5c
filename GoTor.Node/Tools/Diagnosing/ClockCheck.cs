using System.Globalization;
using GoTor.Client.Directory.Cache;
using GoTor.Node.Configuration;

namespace GoTor.Node.Tools.Diagnosing;

/// <summary>Compares the clock with the newest consensus on disk, which says when it was made. Nobody is asked for the time.</summary>
internal static class ClockCheck
{
    private const string Name = "clock";
    private const string Remedy = "Check date, time and time zone of this machine, and let it keep time by itself (NTP). Tor needs no more than minutes of accuracy.";

    /// <summary>A node takes a consensus that has ended no longer ago than this. dir-spec §5.1.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(24);

    public static Finding Run(NodeConfiguration configuration, DateTimeOffset now)
    {
        string file = Path.Combine(configuration.Client.CacheDirectory ?? configuration.Client.DataDirectory, DirectoryCache.Consensus);
        string clock = $"The clock says {now:yyyy-MM-dd HH:mm} UTC";
        try
        {
            if (!File.Exists(file))
                return Finding.Unknown(Name, $"{clock}; there is no consensus yet to compare it with.");
            string[] head = [.. File.ReadLines(file).Take(20)];
            if (Time(head, "valid-after ") is not { } from || Time(head, "valid-until ") is not { } until)
                return Finding.Warning(Name, $"{clock}; {file} is no consensus.", "Remove the file: the node fetches it anew.");
            if (now < from)
                return Finding.Bad(Name, $"{clock}, but the consensus was made for after {from:yyyy-MM-dd HH:mm}: the clock is slow.", Remedy);
            return now > until + Tolerance
                ? Finding.Warning(Name, $"{clock}; the consensus ended at {until:yyyy-MM-dd HH:mm}. Either the node has not run since, or the clock is fast.", Remedy)
                : Finding.Good(Name, $"{clock}, which fits the consensus.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Finding.Unknown(Name, $"{clock}; {file} cannot be read: {error.Message}");
        }
    }

    private static DateTimeOffset? Time(string[] lines, string keyword) =>
        lines.FirstOrDefault(line => line.StartsWith(keyword, StringComparison.Ordinal)) is { } line
        && DateTimeOffset.TryParseExact(line[keyword.Length..], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;
}
