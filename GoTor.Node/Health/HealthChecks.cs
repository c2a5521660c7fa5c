using System.Globalization;
using GoTor.Client;
using GoTor.Client.Telemetry;
using GoTor.Node.Hosting;
using GoTor.Node.Reporting.Sending;

namespace GoTor.Node.Health;

/// <summary>
/// The verdicts on each part of a node. Pure. Names of components and details, and most thresholds, are go-tor's; the rest says in a comment
/// why. A node is as well as its worst part, so nothing here is unhealthy while traffic can flow.
/// </summary>
internal static class HealthChecks
{
    /// <summary>As in go-tor, and when a consensus of the public network expires.</summary>
    private static readonly TimeSpan StaleAge = TimeSpan.FromHours(3);

    /// <summary>Fewer relays than this are no public network. As in go-tor.</summary>
    private const int FewRelays = 100;

    /// <summary>How many circuits are kept ready for the ports in use.</summary>
    private const int WantedCircuits = 2;

    /// <summary>From here on Tor begins to fail; C tor warns.</summary>
    private static readonly TimeSpan GreatSkew = TimeSpan.FromHours(1);

    /// <summary>Nothing fails yet, but onion services and logs begin to disagree with the rest of the world.</summary>
    private static readonly TimeSpan SmallSkew = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ReportingTrouble = TimeSpan.FromMinutes(1);

    /// <summary>All of them, in the order in which a person would look.</summary>
    public static IReadOnlyList<Verdict> All(HealthInputs inputs) =>
    [
        Bootstrap(inputs), Directory(inputs), Guards(inputs), Connections(inputs), Circuits(inputs), Socks(inputs), Clock(inputs), Resources(inputs),
        Reporter(inputs),
    ];

    public static Verdict Bootstrap(HealthInputs inputs)
    {
        BootstrapSnapshot bootstrap = inputs.Client.Bootstrap;
        (string tag, string summary) = BootstrapWords.Of(bootstrap.Phase);
        bool done = bootstrap.Percent == 100;
        string message = done
            ? "Bootstrapped: circuits can be built"
            : $"Bootstrapped {bootstrap.Percent}%: {summary}. {bootstrap.Warning ?? "If this does not move for a minute, check the network connection, the firewall and the clock."}";
        return new Verdict("bootstrap", done ? HealthLevel.Healthy : HealthLevel.Unhealthy, message, ("percent", Number(bootstrap.Percent)), ("tag", tag));
    }

    public static Verdict Directory(HealthInputs inputs)
    {
        ClientStatus client = inputs.Client;
        if (client.Network is not { } network)
        {
            return new Verdict(
                "directory", HealthLevel.Unhealthy,
                $"{Sentence(client.MissingDirectoryInfo)}Check the network connection and the clock; the node goes on trying.",
                ("relay_count", "0"), ("guard_count", "0"), ("exit_count", "0"));
        }

        TimeSpan age = inputs.Now - network.ValidAfter;
        bool expired = inputs.Now > network.ValidUntil;
        (HealthLevel level, string message) =
            !network.IsEnough ? (HealthLevel.Unhealthy, $"Too little of the network is known to build circuits. {Sentence(client.MissingDirectoryInfo)}The node goes on fetching; check the network connection if this stays.")
            // Private networks have consensuses that live for minutes: an expired one still serves there for a while.
            : expired && age > StaleAge ? (HealthLevel.Unhealthy, "Directory consensus is stale: newer ones cannot be fetched. Check the network connection and the clock.")
            : expired ? (HealthLevel.Degraded, "Directory consensus has expired and a newer one is being looked for. Check the network connection and the clock if this stays.")
            // A private network has as many relays as its owner wants.
            : network.Relays < FewRelays && inputs.Network == "public" ? (HealthLevel.Degraded, "Low relay count in consensus: the public network has thousands. Check the DirAuthority lines, and whether a newer release is needed.")
            : (HealthLevel.Healthy, "Directory consensus is current");
        return new Verdict(
            "directory", level, message,
            ("last_update", network.ValidAfter.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            ("consensus_age", Duration(age)),
            ("relay_count", Number(network.Relays)),
            ("guard_count", Number(network.Guards)),
            ("exit_count", Number(network.Exits)));
    }

    public static Verdict Guards(HealthInputs inputs)
    {
        (Client.Guards.GuardCounts guards, bool wanted) = (inputs.Client.Guards, inputs.Client.Circuits.IsWanted);
        (HealthLevel level, string message) =
            !inputs.Client.UsesGuards ? (HealthLevel.Degraded, "Guards are switched off, which shows more relays that you use Tor. Remove UseEntryGuards 0 outside of tests.")
            : guards.Sampled == 0 ? (HealthLevel.Unhealthy, "No guards have been chosen yet: the directory comes first.")
            : guards.Active == 0 && guards.Usable == 0 ? (HealthLevel.Unhealthy, "No guard can be reached. Check the network connection and the firewall; the node tries them again by itself.")
            // A laptop that slept, or one guard that is gone: others take its place.
            : guards.Active == 0 ? (wanted ? HealthLevel.Degraded : HealthLevel.Healthy, "No primary guard answers; others are tried. Check the network connection if this stays.")
            : guards.Active == 1 && guards.Sampled > 2 ? (HealthLevel.Degraded, "Only one primary guard answers. Check the firewall if this stays.")
            : (HealthLevel.Healthy, "Guards are reachable");
        return new Verdict(
            "guards", level, message,
            ("active_guards", Number(guards.Active)), ("confirmed_guards", Number(guards.Confirmed)), ("sampled_guards", Number(guards.Sampled)),
            ("usable_guards", Number(guards.Usable)));
    }

    public static Verdict Connections(HealthInputs inputs)
    {
        ActivityCounts activity = inputs.Activity;
        int open = inputs.Client.OpenChannels;
        (HealthLevel level, string message) =
            open == 0 && activity.Attempts == 0 ? (HealthLevel.Healthy, "No connection to a relay has been needed yet")
            // After an hour without a request a client rests, as C tor does.
            : open == 0 && !inputs.Client.Circuits.IsWanted ? (HealthLevel.Healthy, "Resting: connections open with the next request")
            : open == 0 ? (HealthLevel.Unhealthy, "No open connections available. Check the network connection and the firewall; the node goes on trying.")
            // Of late, not ever: a night without network must not count for good.
            : activity.RecentFailures > Math.Max(open, activity.RecentSuccesses) ? (HealthLevel.Degraded, "High connection failure rate in the last five minutes. Check the network connection and the firewall.")
            : (HealthLevel.Healthy, "Connections functioning normally");
        return new Verdict(
            "connections", level, message,
            ("total_connections", Number(activity.Successes)),
            ("open_connections", Number(open)),
            ("failed_connections", Number(activity.Failures)),
            ("average_latency", Duration(activity.Latency ?? TimeSpan.Zero)),
            ("connection_attempts", Number(activity.Attempts)));
    }

    public static Verdict Circuits(HealthInputs inputs)
    {
        Client.Circuits.CircuitCounts circuits = inputs.Client.Circuits;
        int wanted = circuits.IsWanted ? WantedCircuits : 0;
        (HealthLevel level, string message) =
            circuits.Open == 0 && wanted == 0 ? (HealthLevel.Healthy, "Resting: circuits are built with the next request")
            : circuits.Open == 0 ? (HealthLevel.Unhealthy, "No active circuits available. If the other components are well, circuits come within a minute; else they say what is in the way.")
            : circuits.Open < wanted && circuits.Pending == 0 ? (HealthLevel.Degraded, "Circuit count below minimum threshold. The node builds more by itself; look at guards and directory if this stays.")
            : (HealthLevel.Healthy, "Circuits functioning normally");
        return new Verdict(
            "circuits", level, message,
            ("active_circuits", Number(circuits.Open)),
            ("min_required", Number(wanted)),
            ("failed_builds", Number(inputs.Activity.FailedBuilds)),
            ("average_age", Duration(circuits.AverageAge)),
            ("max_age", Duration(circuits.OldestAge)));
    }

    public static Verdict Socks(HealthInputs inputs)
    {
        SocksStatus socks = inputs.Socks;
        (HealthLevel level, string message) =
            socks.Configured == 0 ? (HealthLevel.Healthy, "No SOCKS port is configured")
            : socks.Listening < socks.Configured ? (HealthLevel.Unhealthy, "SOCKS ports are closed: the node is starting or stopping.")
            : socks.Connections >= socks.MaxConnections ? (HealthLevel.Degraded, "As many applications are connected as there is room for; others wait. Does one leak connections?")
            : (HealthLevel.Healthy, "SOCKS ports are open");
        return new Verdict(
            "socks", level, message, ("listeners", Number(socks.Listening)), ("connections", Number(socks.Connections)), ("max_connections", Number(socks.MaxConnections)));
    }

    public static Verdict Clock(HealthInputs inputs)
    {
        if (inputs.Client.ClockSkew is not { } skew)
        {
            // The consensus was signed for this time, so the clock cannot be far off.
            return inputs.Client.Network is { } network && inputs.Now >= network.ValidAfter && inputs.Now <= network.ValidUntil
                ? new Verdict("clock", HealthLevel.Healthy, "The clock agrees with the consensus")
                : new Verdict("clock", HealthLevel.Healthy, "No directory authority or fallback has told its time yet");
        }

        string amount = $"{Duration(Whole(skew.Duration()))} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} a directory authority's or fallback's";
        (HealthLevel level, string message) =
            skew.Duration() > GreatSkew ? (HealthLevel.Degraded, $"The clock is {amount}. Tor fails with a wrong clock: check the date, the time and the time zone.")
            : skew.Duration() > SmallSkew ? (HealthLevel.Degraded, $"The clock is {amount}. Let a time service such as chrony or systemd-timesyncd set it.")
            : (HealthLevel.Healthy, "The clock agrees with the network");
        return new Verdict("clock", level, message, ("skew", Duration(Whole(skew))));
    }

    public static Verdict Resources(HealthInputs inputs)
    {
        ProcessResources resources = inputs.Resources;
        double memory = resources.MemoryLimitBytes > 0 ? (double)resources.ResidentBytes / resources.MemoryLimitBytes : 0;
        double descriptors = resources is { Descriptors: { } open, DescriptorLimit: { } limit and > 0 } ? (double)open / limit : 0;
        (HealthLevel level, string message) =
            descriptors > 0.98 ? (HealthLevel.Unhealthy, "File descriptors are used up, so new connections fail. Raise the limit (ulimit -n, LimitNOFILE).")
            : descriptors > 0.8 ? (HealthLevel.Degraded, "File descriptors run short. Raise the limit (ulimit -n, LimitNOFILE).")
            : memory > 0.9 ? (HealthLevel.Degraded, "Memory runs short. Raise the limit of the machine or container, or serve fewer connections.")
            : (HealthLevel.Healthy, "Memory and file descriptors suffice");
        List<(string Name, string Value)> details =
        [
            ("resident_bytes", Number(resources.ResidentBytes)), ("memory_limit_bytes", Number(resources.MemoryLimitBytes)),
        ];
        if (resources is { Descriptors: { } used, DescriptorLimit: { } most })
            details.AddRange([("open_descriptors", Number(used)), ("max_descriptors", Number(most))]);
        return new Verdict("resources", level, message, details);
    }

    public static Verdict Reporter(HealthInputs inputs)
    {
        ReporterCounts reporter = inputs.Reporter;
        bool recent = reporter.LastFailure is not null && inputs.Now - reporter.LastFailureAt < ReportingTrouble;
        (HealthLevel level, string message) =
            reporter.Refusals > 0 ? (HealthLevel.Degraded, "The metrics gateway leaves out some of this node's numbers. Its answer is in the node's log; raise the gateway's quotas or upgrade it.")
            : recent && reporter.Accepted > 0 ? (HealthLevel.Degraded, "Reports have failed within the last minute. No number is lost; look at the gateway if this stays.")
            : (HealthLevel.Healthy, "Reports arrive");
        return new Verdict(
            "reporter", level, message, ("reports_sent", Number(reporter.Accepted)), ("reports_failed", Number(reporter.Failed)), ("series_refused", Number(reporter.Refusals)));
    }

    private static string Sentence(string text) => text.Length == 0 ? "" : text + " ";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan value) => GoDuration.Format(value);

    private static TimeSpan Whole(TimeSpan value) => TimeSpan.FromSeconds(Math.Round(value.TotalSeconds));
}
