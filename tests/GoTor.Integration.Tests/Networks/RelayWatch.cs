using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Networks;

/// <summary>What the relays of a watched network say about streams and directory requests. Their logs grow fast, so each part is read once.</summary>
internal static partial class RelayWatch
{
    private static readonly ConcurrentDictionary<string, (long Read, int Requests)> s_counted = [];

    /// <summary>Makes the exits list their open streams to some ports of 127.0.0.1, until they know of as many as expected.</summary>
    public static async Task<ExitStream[]> StreamsAsync(PrivateTorNetwork network, IReadOnlyCollection<int> targetPorts, int expected)
    {
        TestRelay[] exits = [.. network.Having(TestRelayRole.Exit)];
        for (int attempt = 1; ; attempt++)
        {
            long[] starts = [.. exits.Select(exit => new FileInfo(LogOf(exit)).Length)];
            foreach (TestRelay exit in exits)
                exit.DumpState();

            ExitStream[] found = [];
            try
            {
                await Wait.UntilAsync(
                    () =>
                    {
                        found = [.. exits.Zip(starts, Streams).SelectMany(streams => streams).Where(stream => targetPorts.Contains(stream.TargetPort))];
                        return found.DistinctBy(stream => (stream.Exit, stream.Connection)).Count() == expected;
                    },
                    TimeSpan.FromSeconds(3),
                    () => $"The exits know of these streams only: {string.Join(", ", found)}");
                return found;
            }
            catch (TimeoutException) when (attempt < 5)
            {
                // A stream had not arrived yet when the exit made its list.
            }
        }
    }

    /// <returns>How many requests for documents that clients need all relays have served so far.</returns>
    public static int ClientDirectoryRequests(PrivateTorNetwork network) =>
        network.Relays.Sum(relay => s_counted.AddOrUpdate(LogOf(relay), file => Count(file, (0, 0)), Count).Requests);

    private static (long Read, int Requests) Count(string file, (long Read, int Requests) before)
    {
        string news = Read(file, before.Read);
        // The last line may not be whole yet.
        news = news[..(news.LastIndexOf('\n') + 1)];
        return (before.Read + news.Length, before.Requests + ClientRequestLine().Count(news));
    }

    private static IEnumerable<ExitStream> Streams(TestRelay exit, long start)
    {
        string dump = Read(LogOf(exit), start);
        ILookup<string, string> ports = ConnectionLine().Matches(dump).ToLookup(match => match.Groups[1].Value, match => match.Groups[2].Value);
        return
            from Match line in StreamLine().Matches(dump)
            from port in ports[line.Groups[1].Value].Distinct()
            select new ExitStream(
                exit.Name,
                line.Groups[2].Value,
                int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture),
                int.Parse(port, CultureInfo.InvariantCulture));
    }

    private static string LogOf(TestRelay relay) => Path.Combine(relay.Folder, RelayTorrc.WatchLog);

    /// <summary>A character for each byte, so that lengths are those of the file.</summary>
    private static string Read(string file, long start)
    {
        using FileStream log = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = start;
        using StreamReader reader = new(log, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"Conn (\d+) \(socket \d+\) is a Exit connection \(open\) to 127\.0\.0\.1:(\d+),")]
    private static partial Regex ConnectionLine();

    [GeneratedRegex(@"Conn (\d+) has Exit-ward circuit: circID \d+ \(other side (\d+)\)")]
    private static partial Regex StreamLine();

    [GeneratedRegex("rewritten url as '\"/tor/(status-vote/current/consensus-microdesc|micro|keys)/")]
    private static partial Regex ClientRequestLine();
}
