using System.Globalization;
using GoTor.Client.Circuits;
using GoTor.Client.Proxies.Mapping;

namespace GoTor.Client.ControlPort.Events;

/// <summary>Events that concern no circuit, stream or relay, in C tor's order of fields.</summary>
internal static class ClientEventText
{
    /// <param name="answer">Null: there is none.</param>
    public static string AddressMapped(string name, string? answer, TimeProvider time, TimeSpan timeToLive)
    {
        DateTimeOffset expires = time.GetUtcNow() + timeToLive;
        string local = Time(TimeZoneInfo.ConvertTime(expires, time.LocalTimeZone).DateTime);
        return $"ADDRMAP {name} {answer ?? "<error>"} \"{local}\" {(answer is null ? "error=yes " : "")}EXPIRES=\"{Time(expires.UtcDateTime)}\" CACHED=\"NO\"";
    }

    public static string AddressMapped(AddressMapping mapping, TimeProvider time)
    {
        string stream = mapping.StreamId is { } id ? $" STREAMID={id}" : "";
        if (mapping.Expires is not { } expires)
            return $"ADDRMAP {mapping.From} {mapping.To} NEVER CACHED=\"YES\"{stream}";
        string local = Time(TimeZoneInfo.ConvertTime(expires, time.LocalTimeZone).DateTime);
        return $"ADDRMAP {mapping.From} {mapping.To} \"{local}\" EXPIRES=\"{Time(expires.UtcDateTime)}\" CACHED=\"YES\"{stream}";
    }

    public static string BuildTimeoutSet(BuildTimeoutView view)
    {
        bool isComputed = view.IsComputed && view.Fit is not null;
        double quantile = isComputed ? 0.8 : 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"BUILDTIMEOUT_SET {(isComputed ? "COMPUTED" : "RESET")} TOTAL_TIMES={view.Count} TIMEOUT_MS={(long)view.Timeout.TotalMilliseconds} XM={(long)(view.Fit?.Xm ?? 0)} "
            + $"ALPHA={view.Fit?.Alpha ?? 0:F6} CUTOFF_QUANTILE={quantile:F6} TIMEOUT_RATE={view.TimeoutRate:F6} CLOSE_MS={(long)view.CloseAfter.TotalMilliseconds} CLOSE_RATE={view.CloseRate:F6}");
    }

    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
