namespace GoTor.Node.Configuration;

/// <summary>What --sandbox goes together with. A node is a client of the network inside or of one outside, never of something in between.</summary>
internal static class SandboxLines
{
    // Whatever says which network a client belongs to, or how to get there.
    private static readonly string[] Outside =
    [
        "DirAuthority", "AlternateDirAuthority", "FallbackDir", "UseDefaultFallbackDirs", "TestingTorNetwork", "ExtendAllowPrivateAddresses", "Bridge", "UseBridges",
        "ClientTransportPlugin", "Socks4Proxy", "Socks5Proxy", "HTTPSProxy", "ReachableAddresses",
    ];

    private static readonly string[] Unused = ["DataDirectory", "CacheDirectory"];

    public static ConfigurationResult Apply(ConfigurationResult result, SandboxSettings sandbox, IEnumerable<ConfigLine> lines)
    {
        ConfigLine[] all = [.. lines];
        ConfigProblem[] problems =
        [
            .. Matching(all, Outside).Select(line => new ConfigProblem(
                line.Source, $"{line.Key} is about a network outside, and --sandbox runs one inside that hides nothing. Leave out one of the two.")),
        ];
        ConfigProblem[] warnings =
        [
            .. Matching(all, Unused).Select(line => new ConfigProblem(
                line.Source, $"{line.Key} is not used with --sandbox: its client keeps nothing.")),
        ];
        return new ConfigurationResult(
            problems.Length > 0 || result.Configuration is null ? null : result.Configuration with { Sandbox = sandbox },
            [.. result.Problems, .. problems],
            [.. result.Warnings, .. warnings]) { Lines = result.Lines };
    }

    private static IEnumerable<ConfigLine> Matching(IEnumerable<ConfigLine> lines, string[] names) =>
        lines.Where(line => names.Contains(line.Key, StringComparer.OrdinalIgnoreCase));
}
