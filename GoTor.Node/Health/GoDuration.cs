using System.Globalization;
using System.Text;

namespace GoTor.Node.Health;

/// <summary>Durations in the words of Go's time.Duration.String, which go-tor's health pages use: <c>1h2m3.5s</c>, <c>250ms</c>, <c>0s</c>.</summary>
internal static class GoDuration
{
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        StringBuilder text = new(duration < TimeSpan.Zero ? "-" : "");
        // The smallest TimeSpan has no positive counterpart.
        ulong ticks = duration < TimeSpan.Zero ? (ulong)-(duration.Ticks + 1) + 1 : (ulong)duration.Ticks;
        if (ticks < TimeSpan.TicksPerMicrosecond)
            return text.Append(ticks * TimeSpan.NanosecondsPerTick).Append("ns").ToString();
        if (ticks < TimeSpan.TicksPerMillisecond)
            return text.Append(Fraction(ticks, TimeSpan.TicksPerMicrosecond)).Append("µs").ToString();
        if (ticks < TimeSpan.TicksPerSecond)
            return text.Append(Fraction(ticks, TimeSpan.TicksPerMillisecond)).Append("ms").ToString();
        ulong minutes = ticks / TimeSpan.TicksPerMinute;
        if (minutes >= 60)
            text.Append(CultureInfo.InvariantCulture, $"{minutes / 60}h");
        if (minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{minutes % 60}m");
        return text.Append(Fraction(ticks % TimeSpan.TicksPerMinute, TimeSpan.TicksPerSecond)).Append('s').ToString();
    }

    private static string Fraction(ulong ticks, long unit) => (ticks / (decimal)unit).ToString("0.#######", CultureInfo.InvariantCulture);
}
