using System.Globalization;
using System.Net;
using System.Text;
using GoTor.Client.Channels;
using GoTor.Client.Guards;
using GoTor.Protocol.ControlPort;
using GoTor.Protocol.Paths.Guards;

namespace GoTor.Client.ControlPort.Info;

/// <summary>Keys about what the client does at this moment.</summary>
internal static class StateInfo
{
    private const string Listeners = "net/listeners/";

    /// <param name="listeners">Where ports of a kind listen (socks, dns, …); empty for kinds that there are none of.</param>
    public static void AddTo(InfoKeys keys, ClientParts client, Func<string, IReadOnlyList<EndPoint>> listeners)
    {
        keys.Add("circuit-status", "List of current circuits originating here.", () =>
            Lines(client.CircuitRecords.Current.Select(circuit => CircuitText.Status(circuit, client.Directory.Current))));
        keys.Add("stream-status", "List of current streams.", () => Lines(client.StreamRecords.Current.Select(CircuitText.Status)));
        keys.Add("orconn-status", "A list of current OR connections.", () => Lines(client.Channels.Channels
            .Select(channel => $"{RelayText.LongName(channel.Peer.Rsa, client.Directory.Current)} {(channel.IsOpen ? "CONNECTED" : "LAUNCHED")}")));
        keys.Add("entry-guards", "Which nodes are we using as entry guards?", () => string.Concat(client.Guards.View.Select(guard => Describe(guard, client) + "\n")));
        keys.Add("helper-nodes", null, () => string.Concat(client.Guards.View.Select(guard => Describe(guard, client) + "\n")));
        keys.Add("traffic/read", "Bytes read since the process was started.", () => client.Traffic.TotalRead.ToString(CultureInfo.InvariantCulture));
        keys.Add("traffic/written", "Bytes written since the process was started.", () => client.Traffic.TotalWritten.ToString(CultureInfo.InvariantCulture));
        keys.Add("dormant", "Is Tor dormant (not building circuits because it's idle)?", () => Bit(client.Circuits.IsDormant));
        keys.Add("network-liveness", "Current opinion on whether the network is live", () => client.Channels.OpenCount > 0 ? "up" : "down");
        keys.Add("status/circuit-established", "Whether we think client functionality is working.", () => Bit(client.Circuits.Counts.Open > 0));
        keys.Add("status/enough-dir-info", "Whether we have enough up-to-date directory information to build circuits.", () => Bit(client.Directory.HasEnoughDirectoryInfo));
        keys.Add("status/bootstrap-phase", "The last bootstrap phase status event that Tor sent.", () => BootstrapWords.Describe(client.Bootstrap.Current));
        keys.Add("status/clients-seen", "Breakdown of client countries seen by a bridge.", () => "TimeStarted=\"1970-01-01 00:00:00\" CountrySummary= IPVersions=v4=0,v6=0");
        keys.Add("status/reachability-succeeded", null, () => "OR=1 DIR=1");
        keys.Add("status/reachability-succeeded/or", null, () => "1");
        keys.Add("status/reachability-succeeded/dir", null, () => "1");
        keys.Add("status/good-server-descriptor", null, () => "0");
        keys.Add("status/accepted-server-descriptor", null, () => "0");
        keys.Add("status/fresh-relay-descs", "A fresh relay/ei descriptor pair for Tor's current state. Not stored.", (_, _) => InfoAnswer.Fail("Only relays have descriptors"));
        keys.Add("onions/current", "Onion services owned by the current control connection.", () => "");
        keys.Add("onions/detached", "Onion services detached from the control connection.", () => "");
        keys.AddPrefix(Listeners, "Bound addresses by type", (_, key) =>
            key[Listeners.Length..] is "or" or "extor" or "dir" or "socks" or "trans" or "natd" or "httptunnel" or "dns" or "control" or "metrics"
                ? string.Join(' ', listeners(key[Listeners.Length..]).Select(end => QuotedText.Quote(end is IPEndPoint ? end.ToString()! : "unix:" + end)))
                : InfoAnswer.Unknown);
    }

    private static string Describe(GuardView guard, ClientParts client)
    {
        string name = RelayText.LongName(guard.Identity, client.Directory.Current);
        (string status, DateTimeOffset? when) = !guard.IsListed ? ("unlisted", guard.UnlistedSince)
            : !guard.IsConfirmed ? ("never-connected", (DateTimeOffset?)null)
            : guard.Reachability == GuardReachability.No ? ("unreachable", guard.FailingSince)
            : ("up", null);
        return when is { } time ? $"{name} {status} {time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}" : $"{name} {status}";
    }

    private static string Lines(IEnumerable<string> lines) => string.Join("\r\n", lines);

    private static string Bit(bool value) => value ? "1" : "0";
}
