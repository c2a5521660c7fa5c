using System.Globalization;

namespace GoTor.Node.Configuration;

/// <summary>Reads numbers with units as C tor writes them: <c>10 minutes</c>, <c>1 day</c>, <c>500 msec</c>.</summary>
internal static class Units
{
    private static readonly Dictionary<string, long> Seconds = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 1,
        ["second"] = 1,
        ["seconds"] = 1,
        ["minute"] = 60,
        ["minutes"] = 60,
        ["hour"] = 3600,
        ["hours"] = 3600,
        ["day"] = 86_400,
        ["days"] = 86_400,
        ["week"] = 604_800,
        ["weeks"] = 604_800,
        ["month"] = 2_629_728,
        ["months"] = 2_629_728,
    };

    /// <summary>An interval; a bare number means seconds. False for anything negative, unknown or longer than a century.</summary>
    public static bool TryParseInterval(string text, out TimeSpan interval)
    {
        interval = default;
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        int digits = trimmed.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> number = digits < 0 ? trimmed : trimmed[..digits];
        string unit = digits < 0 ? "" : trimmed[digits..].Trim().ToString();
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            return false;
        if (unit is "msec" or "millisecond" or "milliseconds")
        {
            interval = TimeSpan.FromMilliseconds(value);
            return value < 100L * 365 * 86_400_000;
        }

        if (!Seconds.TryGetValue(unit, out long factor) || value > 100L * 365 * 86_400 / factor)
            return false;
        interval = TimeSpan.FromSeconds(value * factor);
        return true;
    }
}
