using System.Globalization;

namespace GoTor.Client.Proxies;

/// <summary>How many applications may be connected at once.</summary>
internal static class ConnectionLimit
{
    private const int Most = 32_768;

    // Relays, files, the control port and the runtime need some, too.
    private const int Reserved = 128;

    /// <summary>What the limit on open files leaves, where the system says what it is.</summary>
    public static int FromSystem()
    {
        try
        {
            if (OperatingSystem.IsLinux())
                return FromLimits(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the usual number has to do: running out of descriptors only pauses accepting.
        }

        return Most;
    }

    /// <summary>"Max open files            1024                 524288               files"</summary>
    public static int FromLimits(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            if (line.StartsWith("Max open files", StringComparison.Ordinal)
                && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, string soft, ..]
                && int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int limit))
                return Math.Clamp(limit - Reserved, 16, Most);
        }

        return Most;
    }
}
