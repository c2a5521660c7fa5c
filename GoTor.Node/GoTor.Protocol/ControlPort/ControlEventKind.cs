namespace GoTor.Protocol.ControlPort;

/// <summary>Every event that can be asked for, under the names of SETEVENTS and in the order of GETINFO events/names.</summary>
internal enum ControlEventKind
{
    Circ,
    CircMinor,
    Stream,
    OrConn,
    Bw,
    Debug,
    Info,
    Notice,
    Warn,
    Err,
    NewDesc,
    AddrMap,
    DescChanged,
    Ns,
    StatusGeneral,
    StatusClient,
    StatusServer,
    Guard,
    StreamBw,
    ClientsSeen,
    NewConsensus,
    BuildTimeoutSet,
    Signal,
    ConfChanged,
    ConnBw,
    CellStats,
    CircBw,
    TransportLaunched,
    HsDesc,
    HsDescContent,
    NetworkLiveness,
}

/// <summary>The names of events, and sets of them as bits.</summary>
internal static class ControlEvents
{
    private static readonly string[] Names =
    [
        "CIRC", "CIRC_MINOR", "STREAM", "ORCONN", "BW", "DEBUG", "INFO", "NOTICE", "WARN", "ERR", "NEWDESC", "ADDRMAP", "DESCCHANGED", "NS",
        "STATUS_GENERAL", "STATUS_CLIENT", "STATUS_SERVER", "GUARD", "STREAM_BW", "CLIENTS_SEEN", "NEWCONSENSUS", "BUILDTIMEOUT_SET", "SIGNAL",
        "CONF_CHANGED", "CONN_BW", "CELL_STATS", "CIRC_BW", "TRANSPORT_LAUNCHED", "HS_DESC", "HS_DESC_CONTENT", "NETWORK_LIVENESS",
    ];

    public static IReadOnlyList<string> All => Names;

    public static string NameOf(ControlEventKind kind) => Names[(int)kind];

    public static ulong Bit(ControlEventKind kind) => 1UL << (int)kind;

    /// <summary>The set that a SETEVENTS line asks for.</summary>
    /// <param name="unknown">The first word that is no event; then the set means nothing.</param>
    public static ulong Parse(IEnumerable<string> words, out string? unknown)
    {
        ulong set = 0;
        foreach (string word in words)
        {
            // Words of the past: they have no effect.
            if (word.Equals("EXTENDED", StringComparison.OrdinalIgnoreCase) || word.Equals("AUTHDIR_NEWDESCS", StringComparison.OrdinalIgnoreCase))
                continue;
            int index = Array.FindIndex(Names, name => name.Equals(word, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                unknown = word;
                return 0;
            }

            set |= 1UL << index;
        }

        unknown = null;
        return set;
    }
}
