namespace GoTor.Testing.PrivateNetwork;

/// <summary>Finds the programs that tests use when the machine has them.</summary>
internal static class TorTools
{
    public static string? Tor { get; } = Find("tor");

    public static string? TorGencert { get; } = Find("tor-gencert");

    /// <summary>Null when a private network can run here; otherwise the sentence for a skipped test.</summary>
    public static string? WhyNoNetwork =>
        Tor is null ? "tor is not installed" : TorGencert is null ? "tor-gencert is not installed" : null;

    /// <returns>The full path of a program on PATH or in the system's folders; null when it is not installed.</returns>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
