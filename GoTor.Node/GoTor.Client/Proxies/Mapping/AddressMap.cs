using System.Net;
using GoTor.Protocol.Crypto;
using GoTor.Protocol.Socks;
using GoTor.Protocol.Wire;

namespace GoTor.Client.Proxies.Mapping;

/// <summary>
/// What names and addresses of applications stand for: MapAddress, virtual addresses, tracked exits, and answers where a port asks for a
/// cache. C tor's addressmap. Safe for concurrent use.
/// </summary>
internal sealed class AddressMap
{
    /// <summary>A longer chain of mappings is a circle; the host is used as it is then.</summary>
    private const int MaxRewrites = 16;

    /// <summary>Virtual addresses and remembered things, each: a page that looks up names in a loop must not take all memory.</summary>
    private const int MaxEntries = 65_536;

    /// <summary>At 98 % of a network in use this fails once in a thousand million times.</summary>
    private const int MaxDraws = 1000;

    private readonly TorRandom _random;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Target, VirtualAddressKind Kind), string> _virtual = [];
    private AddressMapOptions _options;
    private int _expiring;

    /// <exception cref="ArgumentException">A MapAddress does not pass <see cref="Check(string, string)"/>.</exception>
    public AddressMap(AddressMapOptions options, TorRandom random, TimeProvider time)
    {
        (_options, _random, _time) = (options, random, time);
        Check(options.MapAddresses);
        Register(options.MapAddresses);
    }

    /// <summary>A mapping was made, and controllers want to hear of it. Raised outside of the lock; handlers are quick and do not throw.</summary>
    public event Action<AddressMapping>? Mapped;

    public AddressMapOptions Options => Volatile.Read(ref _options);

    /// <summary>Whether a mapping can be made. Both sides are names or addresses; "*." in front means everything below a name.</summary>
    /// <returns>What is wrong with it, in C tor's words; null when nothing is.</returns>
    public static string? Check(string from, string to)
    {
        if (from == "*" || to == "*")
            return "can't remap from or to *";
        if (IsWildcard(to) && !IsWildcard(from))
            return "can only use wildcard (i.e. '*.') if 'from' address uses wildcard also";
        return IsValidTarget(to) ? null : "destination is invalid";
    }

    /// <summary>What MAPADDRESS and MapAddress accept on their right side.</summary>
    public static bool IsValidTarget(string target) => HostName.IsValidDestination(IsWildcard(target) ? target[2..] : target);

    /// <summary>Makes a mapping that stays, or replaces one. Mapping something to itself removes it.</summary>
    /// <param name="source">Torrc or Controller.</param>
    /// <param name="error">What is wrong; null on success.</param>
    public bool TryMap(string from, string to, AddressMapSource source, out string? error)
    {
        error = Check(from, to);
        if (error is not null)
            return false;
        AddressMapping? made;
        lock (_lock)
            made = Put(from, to, source);
        if (made is not null)
            Mapped?.Invoke(made);
        return true;
    }

    /// <summary>A stand-in for a name: always the same one while it lasts.</summary>
    /// <returns>Null when there are no more of them.</returns>
    public string? MapVirtual(VirtualAddressKind kind, string target)
    {
        target = Normal(target);
        AddressMapping made;
        lock (_lock)
        {
            if (_virtual.TryGetValue((target, kind), out string? known))
                return known;
            if (_virtual.Count >= MaxEntries || DrawUnused(kind) is not { } address)
                return null;
            _entries[address] = new Entry(target, AddressMapSource.Automap);
            _virtual[(target, kind)] = address;
            made = new AddressMapping(address, target, AddressMapSource.Automap, null);
        }

        Mapped?.Invoke(made);
        return made.From;
    }

    /// <summary>Follows mappings of the given kinds to their end.</summary>
    /// <param name="host">A name or an address; case and brackets do not matter.</param>
    public RewrittenHost Rewrite(string host, AddressMapUse use)
    {
        string current = Normal(host);
        bool beganAsExit = IsExitNotation(current);
        AddressMapSource? exitSource = null;
        DateTimeOffset? expires = null;
        lock (_lock)
        {
            for (int i = 0; i < MaxRewrites; i++)
            {
                if (Next(current, use) is not (Entry entry, string next))
                    return new RewrittenHost(current, i > 0, exitSource, expires);
                current = next;
                if (exitSource is null && !beganAsExit && IsExitNotation(current))
                    exitSource = entry.Source;
                if (entry.Expires is { } end && !(end > expires))
                    expires = end;
            }
        }

        return new RewrittenHost(current, true, exitSource, expires);
    }

    /// <summary>The remembered answer to a reverse lookup.</summary>
    public string? RewriteReverse(IPAddress address, AddressMapUse use)
    {
        if (!use.HasFlag(HostName.IsIPv4(address) ? AddressMapUse.IPv4Answers : AddressMapUse.IPv6Answers))
            return null;
        lock (_lock)
            return Find(ReverseKey(address))?.To;
    }

    /// <summary>The host looks like one that was handed out by <see cref="MapVirtual"/>. It means nothing to an exit.</summary>
    public bool IsVirtual(string host) =>
        host.EndsWith(".virtual", StringComparison.OrdinalIgnoreCase)
        || (HostName.TryParseAddress(host, out IPAddress? address)
            && (HostName.IsIPv4(address) ? Options.VirtualAddrNetworkIPv4 : Options.VirtualAddrNetworkIPv6).Contains(address));

    /// <summary>Remembers what a name resolved to, unless it is mapped already. For ports that ask for a cache.</summary>
    public void RememberAnswer(string host, IPAddress answer, RsaIdentity? exit, TimeSpan timeToLive, ulong? streamId = null)
    {
        if (!HostName.TryParseAddress(host, out _))
            PutExpiring(WithExit(Normal(host), exit), WithExit(Normal(answer.ToString()), exit), AddressMapSource.Dns, timeToLive, streamId);
    }

    /// <summary>Remembers the answer to a reverse lookup, unless there is one.</summary>
    public void RememberReverse(IPAddress address, string name, TimeSpan timeToLive, ulong? streamId = null) =>
        PutExpiring(ReverseKey(address), name.ToLowerInvariant(), AddressMapSource.Dns, timeToLive, streamId);

    /// <summary>A stream to the host goes through an exit: if the host is tracked, the next ones shall, too.</summary>
    public void NoteExit(string host, RsaIdentity exit, ulong? streamId = null)
    {
        AddressMapOptions options = Options;
        if (options.TrackHostExits.Count == 0)
            return;
        host = Normal(host);
        lock (_lock)
        {
            if (Find(host) is { } known)
            {
                if (known.Source == AddressMapSource.TrackExit)
                    known.Expires = Now + options.TrackHostExitsExpire;
                return;
            }
        }

        if (options.ShouldTrack(host))
            PutExpiring(host, WithExit(host, exit), AddressMapSource.TrackExit, options.TrackHostExitsExpire, streamId);
    }

    /// <summary>An exit no longer serves: hosts that were tracked to it are free.</summary>
    public void ForgetExit(RsaIdentity exit)
    {
        string suffix = WithExit("", exit);
        Remove(entry => entry.Source == AddressMapSource.TrackExit && entry.To.EndsWith(suffix, StringComparison.Ordinal));
    }

    /// <summary>Forgets what would end by itself: SIGNAL NEWNYM and CLEARDNSCACHE.</summary>
    public void ClearTransient() => Remove(entry => entry.Expires is not null);

    /// <summary>Tracked exits that the options no longer allow are free.</summary>
    public void ClearTrackedExits(Func<RsaIdentity, bool> isAllowed) =>
        Remove(entry => entry.Source == AddressMapSource.TrackExit
            && !(RsaIdentity.TryParseHex(entry.To.Split('.')[^2], out RsaIdentity exit) && isAllowed(exit)));

    /// <summary>
    /// Goes by new options: MapAddress lines are made anew, and what the others no longer ask for is forgotten. All at once: a stream that
    /// comes meanwhile sees the old map or the new one.
    /// </summary>
    /// <exception cref="ArgumentException">A MapAddress does not pass <see cref="Check(string, string)"/>; nothing has changed.</exception>
    public void Reconfigure(AddressMapOptions options)
    {
        Check(options.MapAddresses);
        List<AddressMapping> made = [];
        lock (_lock)
        {
            AddressMapOptions old = _options;
            Volatile.Write(ref _options, options);
            if (!old.MapAddresses.SequenceEqual(options.MapAddresses))
            {
                RemoveWhere(entry => entry.Source == AddressMapSource.Torrc);
                made = Register(options.MapAddresses);
            }

            bool dropAutomaps = old.AutomapHostsOnResolve && !options.AutomapHostsOnResolve;
            bool checkSuffixes = options.AutomapHostsOnResolve && !old.AutomapHostsSuffixes.SequenceEqual(options.AutomapHostsSuffixes);
            foreach ((string from, Entry entry) in _entries.ToArray())
            {
                if (entry.Source switch
                    {
                        AddressMapSource.TrackExit => !options.ShouldTrack(from),
                        AddressMapSource.Automap => dropAutomaps || !IsVirtual(from) || (checkSuffixes && !options.ShouldAutomap(entry.To)),
                        _ => false,
                    })
                    RemoveEntry(from, entry);
            }
        }

        foreach (AddressMapping mapping in made)
            Mapped?.Invoke(mapping);
    }

    /// <summary>A list of GETINFO address-mappings/.</summary>
    public IReadOnlyList<AddressMapping> List(AddressMapList list)
    {
        lock (_lock)
        {
            DateTimeOffset now = Now;
            return
            [
                .. _entries.Where(pair => !(pair.Value.Expires <= now) && IsIn(list, pair.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => pair.Value.ToMapping(pair.Key)),
            ];
        }
    }

    internal static bool IsExitNotation(string lowerCaseHost) => lowerCaseHost.EndsWith(".exit", StringComparison.Ordinal);

    private DateTimeOffset Now => _time.GetUtcNow();

    private static bool IsWildcard(string pattern) => pattern.StartsWith("*.", StringComparison.Ordinal);

    private static bool IsIn(AddressMapList list, Entry entry) => list switch
    {
        AddressMapList.Cache => entry.Expires is not null,
        AddressMapList.Config => entry.Source == AddressMapSource.Torrc,
        AddressMapList.Control => entry.Source is AddressMapSource.Controller or AddressMapSource.Automap,
        _ => true,
    };

    private static string Normal(string host) => HostName.TryParseAddress(host, out IPAddress? address)
        ? HostName.IsIPv4(address) ? address.ToString() : $"[{address}]"
        : host.ToLowerInvariant();

    private static string ReverseKey(IPAddress address) => $"REVERSE[{address}]";

    private static string WithExit(string host, RsaIdentity? exit) =>
        exit is { } relay ? $"{host}.{relay}.exit" : host;

    private static void Check(IReadOnlyList<(string From, string To)> lines)
    {
        foreach ((string from, string to) in lines)
        {
            if (Check(from, to) is { } error)
                throw new ArgumentException(error);
        }
    }

    private List<AddressMapping> Register(IReadOnlyList<(string From, string To)> lines)
    {
        List<AddressMapping> made = [];
        foreach ((string from, string to) in lines)
        {
            if (Put(from, to, AddressMapSource.Torrc) is { } mapping)
                made.Add(mapping);
        }

        return made;
    }

    private AddressMapping? Put(string from, string to, AddressMapSource source)
    {
        bool fromWildcard = IsWildcard(from);
        bool toWildcard = IsWildcard(to);
        string key = Normal(fromWildcard ? from[2..] : from);
        string target = Normal(toWildcard ? to[2..] : to);
        if (_entries.TryGetValue(key, out Entry? old))
            RemoveEntry(key, old);
        if (key == target && fromWildcard == toWildcard)
            return null;
        Entry entry = new(target, source) { FromWildcard = fromWildcard, ToWildcard = toWildcard };
        _entries[key] = entry;
        return entry.ToMapping(key);
    }

    private void PutExpiring(string from, string to, AddressMapSource source, TimeSpan lifetime, ulong? streamId)
    {
        AddressMapping made;
        lock (_lock)
        {
            if (_expiring >= MaxEntries)
                RemoveWhere(entry => entry.Expires <= Now);
            if (_expiring >= MaxEntries || Find(from) is not null)
                return;
            Entry entry = new(to, source) { Expires = Now + lifetime };
            _entries[from] = entry;
            _expiring++;
            made = entry.ToMapping(from) with { StreamId = streamId };
        }

        Mapped?.Invoke(made);
    }

    /// <summary>The entry of exactly this key, unless it has ended.</summary>
    private Entry? Find(string key)
    {
        if (!_entries.TryGetValue(key, out Entry? entry))
            return null;
        if (!(entry.Expires <= Now))
            return entry;
        RemoveEntry(key, entry);
        return null;
    }

    private (Entry Entry, string Next)? Next(string host, AddressMapUse use)
    {
        if (Find(host) is { } exact)
        {
            // "*.example.com to example.com" is done when it is example.com already.
            bool isDone = exact.FromWildcard && !exact.ToWildcard && exact.To == host;
            return isDone || !MayUse(exact, use) ? null : (exact, exact.To);
        }

        for (int dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            if (Find(host[(dot + 1)..]) is { FromWildcard: true } above)
                return MayUse(above, use) ? (above, above.ToWildcard ? $"{host[..dot]}.{above.To}" : above.To) : null;
        }

        return null;
    }

    private static bool MayUse(Entry entry, AddressMapUse use) => entry.Source switch
    {
        AddressMapSource.Torrc or AddressMapSource.Controller => use.HasFlag(AddressMapUse.MapAddress),
        AddressMapSource.Automap => use.HasFlag(AddressMapUse.Automap),
        AddressMapSource.TrackExit => use.HasFlag(AddressMapUse.TrackExit),
        _ => use.HasFlag(entry.To.StartsWith('[') ? AddressMapUse.IPv6Answers : AddressMapUse.IPv4Answers),
    };

    private string? DrawUnused(VirtualAddressKind kind)
    {
        for (int i = 0; i < MaxDraws; i++)
        {
            string candidate = kind == VirtualAddressKind.Hostname
                ? DrawName()
                : Normal((kind == VirtualAddressKind.IPv4 ? _options.VirtualAddrNetworkIPv4 : _options.VirtualAddrNetworkIPv6).Draw(_random).ToString());
            if (!_entries.ContainsKey(candidate))
                return candidate;
        }

        return null;
    }

    /// <summary>80 bits in base 32.</summary>
    private string DrawName()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.Fill(bytes);
        Span<char> name = stackalloc char[16];
        for (int i = 0; i < name.Length; i++)
            name[i] = "abcdefghijklmnopqrstuvwxyz234567"[bytes[i] & 31];
        return $"{name}.virtual";
    }

    private void Remove(Func<Entry, bool> which)
    {
        lock (_lock)
            RemoveWhere(which);
    }

    private void RemoveWhere(Func<Entry, bool> which)
    {
        foreach ((string key, Entry entry) in _entries.ToArray())
        {
            if (which(entry))
                RemoveEntry(key, entry);
        }
    }

    private void RemoveEntry(string key, Entry entry)
    {
        _entries.Remove(key);
        if (entry.Expires is not null)
            _expiring--;
        if (entry.Source != AddressMapSource.Automap)
            return;
        foreach (VirtualAddressKind kind in Enum.GetValues<VirtualAddressKind>())
        {
            if (_virtual.TryGetValue((entry.To, kind), out string? address) && address == key)
                _virtual.Remove((entry.To, kind));
        }
    }

    private sealed class Entry(string to, AddressMapSource source)
    {
        public string To => to;

        public AddressMapSource Source => source;

        public DateTimeOffset? Expires { get; set; }

        public bool FromWildcard { get; init; }

        public bool ToWildcard { get; init; }

        public AddressMapping ToMapping(string from) =>
            new(FromWildcard ? "*." + from : from, ToWildcard ? "*." + to : to, source, Expires);
    }
}
