using System.Globalization;
using GoTor.Client.Proxies;
using GoTor.Protocol.ControlPort;

namespace GoTor.Client.ControlPort.Info;

/// <summary>Keys about this process, and about the relay and the bridge that it is not: the answers of a C tor that runs as a client.</summary>
internal static class ProcessInfo
{
    /// <summary>What SIGNAL takes, in C tor's order.</summary>
    public const string SignalNames = "RELOAD HUP SHUTDOWN DUMP USR1 DEBUG USR2 HALT TERM INT NEWNYM CLEARDNSCACHE HEARTBEAT ACTIVE DORMANT";

    private const string NoRelay = "Not running in server mode";

    public static void AddTo(InfoKeys keys, ControlServer server)
    {
        long started = server.Time.GetTimestamp();
        keys.Add("version", "The current version of Tor.", () => server.Version);
        keys.Add("uptime", "Uptime of the Tor daemon in seconds.", () => Number((long)server.Time.GetElapsedTime(started).TotalSeconds));
        keys.Add("events/names", "Events that the controller can ask for with SETEVENTS.", () => string.Join(' ', ControlEvents.All));
        keys.Add("signal/names", "Signal names recognized by the SIGNAL command", () => SignalNames);
        keys.Add("features/names", "What arguments can USEFEATURE take?", () => "VERBOSE_NAMES EXTENDED_EVENTS");
        keys.Add("process/pid", "Process id belonging to the main tor process.", () => Number(Environment.ProcessId));
        keys.Add("process/uid", "User id running the tor process.", () => OperatingSystem.IsLinux() ? Number(Storage.UnixFile.EffectiveUser) : "-1");
        keys.Add("process/user", "Username under which the tor process is running.", UserName);
        keys.Add("process/descriptor-limit", "File descriptor limit.", () => Number(ConnectionLimit.FromSystem()));
        keys.Add("limits/max-mem-in-queues", "Actual limit on memory in queues", () => Number(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
        keys.AddPrefix("current-time/", "Current time.", (_, key) => key switch
        {
            "current-time/local" => Time(server.Time.GetLocalNow()),
            "current-time/utc" => Time(server.Time.GetUtcNow()),
            _ => InfoAnswer.Unknown,
        });
        keys.Document("current-time/local", "Current time on the local system.");
        keys.Document("current-time/utc", "Current UTC time.");
        AddRelayKeys(keys);
        AddAccounting(keys);
    }

    private static void AddRelayKeys(InfoKeys keys)
    {
        keys.Add("fingerprint", null, (_, _) => InfoAnswer.Fail(NoRelay));
        foreach (string key in (string[])["address", "address/v4", "address/v6"])
            keys.Add(key, "IP address of this Tor host, if we can guess it.", (_, _) => InfoAnswer.Fail("Address unknown"));
        foreach (string key in (string[])["exit-policy/full", "exit-policy/ipv4", "exit-policy/ipv6", "exit-policy/reject-private/relay"])
            keys.Add(key, "Exit policy of an onion router.", (_, _) => InfoAnswer.Refuse(NoRelay));
        keys.Add("exit-policy/default", "The default value appended to the configured exit policy.", () =>
            "reject *:25,reject *:119,reject *:135-139,reject *:445,reject *:563,reject *:1214,reject *:4661-4666,reject *:6346-6429,reject *:6699,reject *:6881-6999,accept *:*");
        keys.Add("exit-policy/reject-private/default", "The default rules appended to the configured exit policy by ExitPolicyRejectPrivate.", () =>
            "reject 0.0.0.0/8:*,reject 169.254.0.0/16:*,reject 127.0.0.0/8:*,reject 192.168.0.0/16:*,reject 10.0.0.0/8:*,reject 172.16.0.0/12:*,"
            + "reject [::]/8:*,reject [fc00::]/7:*,reject [fe80::]/10:*,reject [fec0::]/10:*,reject [ff00::]/8:*,reject [::]/127:*");
        keys.AddPrefix("stats/", null, (_, key) => key is "stats/ntor/assigned" or "stats/ntor/requested" or "stats/tap/assigned" or "stats/tap/requested"
            ? "0"
            : InfoAnswer.Fail("Unrecognized handshake type"));
    }

    private static void AddAccounting(InfoKeys keys)
    {
        keys.Add("accounting/enabled", "Is accounting currently enabled?", () => "0");
        keys.Add("accounting/hibernating", "Are we hibernating or awake?", () => "awake");
        keys.Add("accounting/bytes", "Number of bytes read/written so far in the accounting interval.", () => "0 0");
    }

    private static string UserName()
    {
        try
        {
            return Environment.UserName;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
