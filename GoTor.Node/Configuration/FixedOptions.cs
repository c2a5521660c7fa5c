namespace GoTor.Node.Configuration;

/// <summary>
/// Options of C tor that this program always has at one value: a file that says so is right, and any other value is refused by name.
/// </summary>
internal static class FixedOptions
{
    /// <summary>The name, the values that are true here, and why there are no others.</summary>
    private static readonly (string Name, string[] Values, string Why)[] Table =
    [
        ("AllowNonRFC953Hostnames", ["0"], "names with other letters are never sent to an exit"),
        ("AuthoritativeDirectory", ["0"], "this program is no directory authority"),
        ("BridgeAuthoritativeDir", ["0"], "this program is no directory authority"),
        ("V3AuthoritativeDirectory", ["0"], "this program is no directory authority"),
        ("BridgeRelay", ["0"], "this program is never a relay"),
        ("ExitRelay", ["0", "auto"], "this program is never a relay"),
        ("ClientPreferIPv6ORPort", ["auto"], "where a relay has both kinds of address both are tried"),
        ("ConstrainedSockets", ["0"], "the system chooses the sizes of its buffers"),
        ("DataDirectoryGroupReadable", ["0"], "the data directory is for one user"),
        ("CacheDirectoryGroupReadable", ["0", "auto"], "the cache directory is for one user"),
        ("DisableAllSwap", ["0"], "memory is not locked"),
        ("DisableNetwork", ["0"], "the network is used from the start"),
        ("DormantOnFirstStartup", ["0"], "this program never sleeps"),
        ("DormantTimeoutEnabled", ["0"], "this program never sleeps"),
        ("DormantCanceledByStartup", ["0", "1"], "this program never sleeps"),
        ("DownloadExtraInfo", ["0"], "only what clients need is fetched"),
        ("FetchDirInfoEarly", ["0"], "documents are fetched when clients fetch them"),
        ("FetchDirInfoExtraEarly", ["0"], "documents are fetched when clients fetch them"),
        ("FetchServerDescriptors", ["1"], "without descriptors there are no circuits"),
        ("FetchUselessDescriptors", ["0"], "only what clients need is fetched"),
        ("LogMessageDomains", ["0"], "lines do not name their domain"),
        ("ProtocolWarnings", ["0"], "what others do wrong is not worth a warning"),
        ("Sandbox", ["0"], "use the sandbox of systemd (deploy/systemd) or of a container"),
        ("UpdateBridgesFromAuthority", ["0"], "bridges are not supported yet"),
        ("UseBridges", ["0"], "bridges are not supported yet, and going on without them could put you in danger"),
        ("UseMicrodescriptors", ["1", "auto"], "clients use microdescriptors"),
        ("__AllDirActionsPrivate", ["0"], "documents are fetched as clients fetch them"),
        ("__DisableSignalHandlers", ["0"], "signals are handled"),
        ("__ReloadTorrcOnSIGHUP", ["1"], "SIGHUP reads the files again"),
    ];

    public static IEnumerable<OptionDefinition> All => Table.Select(row => new OptionDefinition(
        row.Name, false, $"{string.Join(" or ", row.Values)}: {row.Why}",
        (draft, line) =>
        {
            if (!row.Values.Contains(line.Value, StringComparer.OrdinalIgnoreCase))
                draft.Problem(line.Source, $"{row.Name} is {string.Join(" or ", row.Values)} only, not '{line.Value}': {row.Why}.");
        }));
}
