namespace GoTor.Protocol.Certificates;

/// <summary>Tor's certificates count their end in hours since 1970, in four bytes.</summary>
internal static class ExpiryHours
{
    // Four bytes of hours reach past the end of DateTimeOffset's calendar.
    private static readonly uint LastHour = (uint)(DateTimeOffset.MaxValue.ToUnixTimeSeconds() / 3600);

    public static DateTimeOffset Decode(uint hours) => DateTimeOffset.FromUnixTimeSeconds(Math.Min(hours, LastHour) * 3600L);

    /// <summary>Rounds up, so that the certificate lives at least as long as asked.</summary>
    public static uint Encode(DateTimeOffset expires) => checked((uint)((expires.ToUnixTimeSeconds() + 3599) / 3600));
}
