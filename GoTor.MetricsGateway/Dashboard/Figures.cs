using System.Globalization;

namespace GoTor.MetricsGateway.Dashboard;

/// <summary>Numbers for people: short, with a unit, of three digits where more would only flicker.</summary>
internal static class Figures
{
    /// <summary>Shown where there is no value. A figure dash is read out as nothing, so pages say "no value" beside it where it matters.</summary>
    public const string None = "–";

    private static readonly string[] ByteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>"1.02 MB"; 1 kB is 1,000 bytes.</summary>
    public static string Bytes(double bytes)
    {
        if (!double.IsFinite(bytes))
        {
            return None;
        }

        int unit = 0;
        // 999.5 would be shown as 1000.
        while (Math.Abs(bytes) >= 999.5 && unit < ByteUnits.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        return $"{(unit == 0 ? Whole(bytes) : ThreeDigits(bytes))} {ByteUnits[unit]}";
    }

    /// <summary>"1.02 MB/s".</summary>
    public static string Rate(double bytesPerSecond) => double.IsFinite(bytesPerSecond) ? Bytes(bytesPerSecond) + "/s" : None;

    /// <summary>"420 ms" or "1.25 s".</summary>
    public static string Latency(double seconds) => !double.IsFinite(seconds) ? None
        : Math.Abs(seconds) < 0.9995 ? $"{Whole(seconds * 1000)} ms"
        : $"{ThreeDigits(seconds)} s";

    /// <summary>"3.4 %".</summary>
    public static string Percent(double ratio) => double.IsFinite(ratio) ? $"{ThreeDigits(ratio * 100)} %" : None;

    /// <summary>"12,345".</summary>
    public static string Count(double count) => double.IsFinite(count) ? Math.Round(count).ToString("#,0", CultureInfo.InvariantCulture) : None;

    /// <summary>The two largest units: "3 d 4 h", "12 min 5 s", "45 s".</summary>
    public static string Span(TimeSpan span)
    {
        if (span < TimeSpan.Zero)
        {
            span = TimeSpan.Zero;
        }

        return span.TotalDays >= 1 ? $"{Whole(Math.Floor(span.TotalDays))} d {span.Hours} h"
            : span.TotalHours >= 1 ? $"{span.Hours} h {span.Minutes} min"
            : span.TotalMinutes >= 1 ? $"{span.Minutes} min {span.Seconds} s"
            : $"{span.Seconds} s";
    }

    /// <summary>"2026-01-02 15:04:05 UTC".</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Whole(double value) => Math.Round(value).ToString("0", CultureInfo.InvariantCulture);

    private static string ThreeDigits(double value)
    {
        double size = Math.Abs(value);
        string format = size >= 99.95 ? "0" : size >= 9.995 ? "0.0" : "0.00";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
