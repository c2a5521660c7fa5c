using System.Globalization;
using System.Text.RegularExpressions;
using GoTor.Testing.PrivateNetwork;

namespace GoTor.Integration.Tests.Networks;

/// <summary>What the relays of a watched network say about streams and directory requests.</summary>
internal static partial class RelayWatch
{
    /// <summary>Makes the exits list their open streams to some ports of 127.0.0.1, until they know of as many as expected.</summary>
    public static async Task<ExitStream[]> StreamsAsync(PrivateTorNetwork network, IReadOnlyCollection<int> targetPorts, int expected)
    {
        TestRelay[] exits = [.. network.Having(TestRelayRole.Exit)];
        for (int attempt = 1; ; attempt++)
        {
            int[] starts = [.. exits.Select(exit => Read(exit).Length)];
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
        network.Relays.Sum(relay => ClientRequestLine().Count(Read(relay)));

    private static IEnumerable<ExitStream> Streams(TestRelay exit, int start)
    {
        string dump = Read(exit)[start..];
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

    private static string Read(TestRelay relay) => File.ReadAllText(Path.Combine(relay.Folder, RelayTorrc.WatchLog));

    [GeneratedRegex(@"Conn (\d+) \(socket \d+\) is a Exit connection \(open\) to 127\.0\.0\.1:(\d+),")]
    private static partial Regex ConnectionLine();

    [GeneratedRegex(@"Conn (\d+) has Exit-ward circuit: circID \d+ \(other side (\d+)\)")]
    private static partial Regex StreamLine();

    [GeneratedRegex("rewritten url as '\"/tor/(status-vote/current/consensus-microdesc|micro|keys)/")]
    private static partial Regex ClientRequestLine();
}
