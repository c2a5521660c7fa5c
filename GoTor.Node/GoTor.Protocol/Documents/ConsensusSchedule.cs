using GoTor.Protocol.Crypto;

namespace GoTor.Protocol.Documents;

/// <summary>
/// When to look for the next consensus. dir-spec §5.1. Spread out, so that clients neither rush the caches nor show a pattern.
/// </summary>
internal static class ConsensusSchedule
{
    /// <summary>Clocks may differ by so much.</summary>
    private static readonly TimeSpan Slop = TimeSpan.FromMinutes(2);

    /// <summary>
    /// For a client: after caches had three quarters of an interval to fetch theirs, within the first seven eighths of what then
    /// is left of the old one. At once when the old one is not valid now.
    /// </summary>
    /// <param name="afterOtherClients">For users of bridges, who come after everyone else.</param>
    public static DateTimeOffset NextDownload(
        ConsensusLifetime current, DateTimeOffset now, TorRandom random, bool afterOtherClients = false)
    {
        if (!current.IsLive(now))
            return now;
        (DateTimeOffset start, TimeSpan length) = Window(current, afterOtherClients);
        return start + TimeSpan.FromTicks((long)random.NextUInt64((ulong)length.Ticks));
    }

    /// <summary>
    /// The window that <see cref="NextDownload"/> chooses from, uniformly. Always after fresh-until and before valid-until.
    /// </summary>
    public static (DateTimeOffset Start, TimeSpan Length) Window(ConsensusLifetime current, bool afterOtherClients = false)
    {
        TimeSpan interval = current.Interval;
        TimeSpan slop = Min(Slop, Max(interval / 16, TimeSpan.FromSeconds(1)));
        DateTimeOffset start = current.FreshUntil + interval * 3 / 4;
        TimeSpan length = (current.ValidUntil - start) * 7 / 8;
        if (afterOtherClients)
        {
            start += length + slop;
            length = current.ValidUntil - start - slop;
        }

        // Test networks vote every few seconds: there the sums above may leave nothing.
        length = Max(length, TimeSpan.FromSeconds(1));
        if (start + length >= current.ValidUntil)
            start = current.ValidUntil - length - TimeSpan.FromSeconds(1);
        return (start, length);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
