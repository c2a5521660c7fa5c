namespace GoTor.MetricsGateway.Health;

/// <summary>Durations in words, as people say them.</summary>
internal static class Durations
{
    /// <summary>"40 s", "12 min", "5 h", "3 days", "74 years".</summary>
    public static string InWords(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 120 => $"{(long)duration.TotalSeconds} s",
        < 7_200 => $"{(long)duration.TotalMinutes} min",
        < 172_800 => $"{(long)duration.TotalHours} h",
        < 63_072_000 => $"{(long)duration.TotalDays} days",
        _ => $"{(long)(duration.TotalDays / 365.25)} years",
    };
}
