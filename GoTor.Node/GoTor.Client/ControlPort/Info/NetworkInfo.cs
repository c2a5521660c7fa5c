using System.Globalization;
using System.Text;
using GoTor.Client.Directory.Cache;
using GoTor.Client.Storage;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;

namespace GoTor.Client.ControlPort.Info;

/// <summary>Keys about the network: relays, documents, and what the consensus says.</summary>
internal sealed class NetworkInfo
{
    private const int MaxFileLength = 128 << 20;
    private const string NoConsensus = "Could not open cached consensus. Make sure FetchUselessDescriptors is set to 1.";

    private readonly ClientParts _client;

    private NetworkInfo(ClientParts client) => _client = client;

    private NetworkSnapshot? Network => _client.Directory.Current;

    public static void AddTo(InfoKeys keys, ClientParts client)
    {
        NetworkInfo info = new(client);
        keys.Add("ns/all", "Brief summary of router status (v2 directory format)", () => info.Network is { } network ? RelayText.AllStatuses(network) : "");
        keys.AddPrefix("ns/id/", "Brief summary of router status by ID (v2 directory format).", (_, key) => info.StatusById(key["ns/id/".Length..]));
        keys.AddPrefix("ns/name/", "Brief summary of router status by nickname (v2 directory format).", (_, key) =>
            info.Network is { } network ? Status(RelayText.Find(network, key["ns/name/".Length..])) : "");
        // No relay has a purpose of its own: that is for bridges.
        keys.AddPrefix("ns/purpose/", "Brief summary of router status by purpose (v2 directory format).", (_, _) => "");
        keys.AddPrefix("consensus/", "Information about and from the ns consensus.", (_, key) => info.Consensus(key));
        keys.Add("md/all", "All known microdescriptors.", info.AllMicrodescriptors);
        keys.AddPrefix("md/id/", "Microdescriptors by ID", (_, key) => info.Microdescriptor(info.ById(key["md/id/".Length..])));
        keys.AddPrefix("md/name/", "Microdescriptors by name", (_, key) => info.Microdescriptor(RelayText.Find(info.Network, key["md/name/".Length..])));
        keys.Add("md/download-enabled", "Do we try to download microdescriptors?", () => "1");
        AddDescriptorKeys(keys);
        keys.Add("dir/status-vote/current/consensus", "v3 Networkstatus consensus as retrieved from a DirPort.", (_, _) => InfoAnswer.Fail(NoConsensus));
        keys.Add("dir/status-vote/current/consensus-microdesc", "v3 Microdescriptor consensus as retrieved from a DirPort.", (_, _) =>
            info.Read(DirectoryCache.Consensus) is { } text ? text : InfoAnswer.Fail(NoConsensus));
        keys.Add("sr/current", "Get current shared random value.", () => Text(info.Network?.CurrentSharedRandom));
        keys.Add("sr/previous", "Get previous shared random value.", () => Text(info.Network?.PreviousSharedRandom));
        keys.Add("status/version/current", "Status of the current version.", info.VersionStatus);
        keys.Add("status/version/recommended", "List of currently recommended versions.", () => info.RecommendedVersions ?? "?");
        keys.AddPrefix("ip-to-country/", "Perform a GEOIP lookup", (_, key) => key switch
        {
            "ip-to-country/ipv4-available" or "ip-to-country/ipv6-available" => "0",
            _ => InfoAnswer.Fail("GeoIP data not loaded"),
        });
    }

    /// <summary>Router descriptors are not fetched, as in every client of today.</summary>
    private static void AddDescriptorKeys(InfoKeys keys)
    {
        keys.AddPrefix("desc/id/", "Router descriptors by ID.", (_, _) => InfoAnswer.Refuse(
            "We fetch microdescriptors, not router descriptors. You'll need to use md/id/* instead of desc/id/*."));
        keys.AddPrefix("desc/name/", "Router descriptors by nickname.", (_, _) => InfoAnswer.Refuse(
            "We fetch microdescriptors, not router descriptors. You'll need to use md/name/* instead of desc/name/*."));
        keys.Add("desc/all-recent", "All non-expired, non-superseded router descriptors.", () => "");
        keys.Add("desc/all-recent-extrainfo-hack", null, () => "");
        keys.Add("desc/download-enabled", "Do we try to download router descriptors?", () => "0");
        keys.AddPrefix("desc-annotations/id/", "Router annotations by hexdigest.", (_, _) => InfoAnswer.Unknown);
        keys.AddPrefix("extra-info/digest/", "Extra-info documents by digest.", (_, _) => InfoAnswer.Unknown);
        keys.AddPrefix("dir/server/", "Router descriptors as retrieved from a DirPort.", (_, _) => InfoAnswer.Fail("Servers unavailable"));
        keys.AddPrefix("dir/status/", "v2 networkstatus docs as retrieved from a DirPort.", (_, _) => "");
    }

    /// <summary>The releases of C tor that the consensus recommends; null without a consensus.</summary>
    private string? RecommendedVersions
    {
        get
        {
            const string Keyword = "\nclient-versions ";
            if (Network is null || Read(DirectoryCache.Consensus) is not { } consensus)
                return null;
            int start = consensus.IndexOf(Keyword, StringComparison.Ordinal);
            int end = start < 0 ? -1 : consensus.IndexOf('\n', start + 1);
            return end < 0 ? "" : consensus[(start + Keyword.Length)..end].Trim();
        }
    }

    private string VersionStatus() => RecommendedVersions switch
    {
        null => "unknown",
        "" => "none recommended",
        var versions when versions.Split(',').Contains(ControlServer.SpokenVersion) => "recommended",
        _ => "unrecommended",
    };

    private InfoAnswer StatusById(string id)
    {
        if (Network is not { } network)
            return "";
        return RsaIdentity.TryParseHex(id, out RsaIdentity identity) ? Status(network.Find(identity)) : InfoAnswer.Fail("Data not decodeable as hex");
    }

    private static InfoAnswer Status(Relay? relay)
    {
        if (relay is null)
            return InfoAnswer.Unknown;
        StringBuilder text = new();
        RelayText.AppendStatus(text, relay);
        return text.ToString();
    }

    private InfoAnswer Consensus(string key)
    {
        if (Network is not { } network)
            return "";
        return key switch
        {
            "consensus/valid-after" => Time(network.ValidAfter),
            "consensus/fresh-until" => Time(network.FreshUntil),
            "consensus/valid-until" => Time(network.ValidUntil),
            "consensus/packages" => InfoAnswer.Fail("No consensus available"),
            _ => InfoAnswer.Unknown,
        };
    }

    private Relay? ById(string id)
    {
        int end = id.IndexOfAny(['~', '=']);
        return RsaIdentity.TryParseHex(end < 0 ? id : id[..end], out RsaIdentity identity) ? Network?.Find(identity) : null;
    }

    private InfoAnswer Microdescriptor(Relay? relay)
    {
        if (relay is not { IsUsable: true })
            return InfoAnswer.Unknown;
        return Texts([relay.MicrodescriptorDigest]).TryGetValue(relay.MicrodescriptorDigest, out string? text) ? text : InfoAnswer.Unknown;
    }

    private string AllMicrodescriptors()
    {
        if (Network is not { } network)
            return "";
        Dictionary<MicrodescriptorDigest, string> texts = Texts([.. network.Relays.Where(relay => relay.IsUsable).Select(relay => relay.MicrodescriptorDigest)]);
        StringBuilder all = new();
        foreach (Relay relay in network.Relays)
        {
            if (texts.TryGetValue(relay.MicrodescriptorDigest, out string? text))
                all.Append(text);
        }

        return all.ToString();
    }

    /// <summary>Their texts are on disk only.</summary>
    private Dictionary<MicrodescriptorDigest, string> Texts(HashSet<MicrodescriptorDigest> wanted)
    {
        Dictionary<MicrodescriptorDigest, string> texts = [];
        MicrodescriptorParser parser = new();
        foreach (string name in (string[])[DirectoryCache.Microdescriptors, DirectoryCache.MicrodescriptorJournal])
        {
            if (ReadBytes(name) is not { } file)
                continue;
            foreach (MicrodescriptorEntry entry in MicrodescriptorCacheFile.Read(file, parser).Entries)
            {
                if (wanted.Contains(entry.Microdescriptor.Digest))
                    texts[entry.Microdescriptor.Digest] = Encoding.UTF8.GetString(file.AsSpan(entry.Start, entry.Length));
            }
        }

        return texts;
    }

    private string? Read(string name) => ReadBytes(name) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private byte[]? ReadBytes(string name)
    {
        try
        {
            return AtomicFile.Read(Path.Combine(_client.CacheDirectory, name), MaxFileLength);
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private static string Text(SharedRandomValue? value) => value is null ? "" : Convert.ToBase64String(value.Value.Span);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
