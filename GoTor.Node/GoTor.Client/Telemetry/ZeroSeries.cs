using System.Diagnostics.Metrics;

namespace GoTor.Client.Telemetry;

/// <summary>
/// Lets series begin with 0 rather than with their first event: a rate needs a value before, and "none so far" is worth seeing. Series by
/// reason or cause begin when they occur.
/// </summary>
internal static class ZeroSeries
{
    public static Counter<long> FromZero(this Counter<long> counter)
    {
        counter.Add(0);
        return counter;
    }

    /// <summary>One series for each value of a tag.</summary>
    public static Counter<long> FromZero(this Counter<long> counter, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
            counter.Add(0, tag);
        return counter;
    }

    public static Counter<long> FromZeroByPurpose(this Counter<long> counter) =>
        counter.FromZero(TrafficPurposeTag.For(TrafficPurpose.User), TrafficPurposeTag.For(TrafficPurpose.Directory));

    public static UpDownCounter<long> FromZero(this UpDownCounter<long> counter)
    {
        counter.Add(0);
        return counter;
    }

    public static UpDownCounter<long> FromZeroByPurpose(this UpDownCounter<long> counter)
    {
        counter.Add(0, TrafficPurposeTag.For(TrafficPurpose.User));
        counter.Add(0, TrafficPurposeTag.For(TrafficPurpose.Directory));
        return counter;
    }
}
