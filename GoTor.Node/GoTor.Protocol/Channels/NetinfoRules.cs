using System.Net;
using GoTor.Protocol.Cells.Channel;

namespace GoTor.Protocol.Channels;

/// <summary>What a client says in NETINFO and what it believes of the relay's.</summary>
/// <remarks>https://spec.torproject.org/tor-spec/negotiating-channels.html#NETINFO-cells</remarks>
internal static class NetinfoRules
{
    // Differences below this say nothing; C tor warns from here on.
    private static readonly TimeSpan NoticeableSkew = TimeSpan.FromHours(1);

    // A handshake that took this long has a timestamp that may have waited for us.
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(3);

    /// <summary>No time and no address of ours: both would tell clients apart.</summary>
    public static NetinfoMessage Ours(IPAddress relay) => new(0, relay, []);

    /// <summary>
    /// How far our clock is ahead of the relay's (negative: behind), when that is worth telling. To be asked only once the handshake is
    /// complete and the certificates are good, otherwise anybody on the way could set the clock.
    /// </summary>
    public static TimeSpan? ClockSkew(NetinfoMessage theirs, DateTimeOffset now, TimeSpan handshakeTook) =>
        ClockReading(theirs, now, handshakeTook) is { } skew && skew.Duration() > NoticeableSkew ? skew : null;

    /// <summary>The same, however small; good to a second or so. Null when the relay told no time, or one that has waited.</summary>
    public static TimeSpan? ClockReading(NetinfoMessage theirs, DateTimeOffset now, TimeSpan handshakeTook) =>
        theirs.Timestamp == 0 || handshakeTook > FreshFor ? null : now - DateTimeOffset.FromUnixTimeSeconds(theirs.Timestamp);
}
