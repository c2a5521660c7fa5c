using GoTor.Protocol.Documents;
using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Network;

/// <summary>
/// The relays that we believe in at one moment. Immutable and replaced whole, so everyone who holds one sees one consistent network.
/// </summary>
internal sealed class NetworkSnapshot
{
    // Snapshots of one consensus differ in microdescriptors only and share this index into Relays.
    private readonly Dictionary<RsaIdentity, int> _byRsaIdentity;
    private readonly Dictionary<Ed25519Identity, int> _byEd25519Identity;

    public NetworkSnapshot(
        IReadOnlyList<Relay> relays,
        ConsensusParameters parameters,
        BandwidthWeights weights,
        DateTimeOffset validAfter,
        DateTimeOffset freshUntil,
        DateTimeOffset validUntil)
        : this(relays, parameters, weights, new ConsensusLifetime(validAfter, freshUntil, validUntil), IndexByRsaIdentity(relays))
    {
    }

    private NetworkSnapshot(
        IReadOnlyList<Relay> relays,
        ConsensusParameters parameters,
        BandwidthWeights weights,
        ConsensusLifetime lifetime,
        Dictionary<RsaIdentity, int> byRsaIdentity)
    {
        Relays = relays;
        Parameters = parameters;
        Weights = weights;
        Lifetime = lifetime;
        _byRsaIdentity = byRsaIdentity;
        _byEd25519Identity = new Dictionary<Ed25519Identity, int>(relays.Count);
        for (int i = 0; i < relays.Count; i++)
        {
            // Authorities see to it that an identity has one relay; if not, the first is as good as any.
            if (relays[i].Ed25519Identity is { } identity)
                _byEd25519Identity.TryAdd(identity, i);
        }
    }

    /// <summary>Every relay of the consensus, usable or not, in the consensus's order.</summary>
    public IReadOnlyList<Relay> Relays { get; }

    public ConsensusParameters Parameters { get; }

    public BandwidthWeights Weights { get; }

    public ConsensusLifetime Lifetime { get; }

    public DateTimeOffset ValidAfter => Lifetime.ValidAfter;

    public DateTimeOffset FreshUntil => Lifetime.FreshUntil;

    public DateTimeOffset ValidUntil => Lifetime.ValidUntil;

    public SharedRandomValue? PreviousSharedRandom { get; init; }

    public SharedRandomValue? CurrentSharedRandom { get; init; }

    /// <summary>How many relays have a microdescriptor.</summary>
    public int UsableCount => Relays.Count(r => r.IsUsable);

    /// <summary>Makes a snapshot of a consensus that was verified, with as many microdescriptors as there are.</summary>
    /// <param name="find">The microdescriptor of a digest, or null when it is not here yet.</param>
    public static NetworkSnapshot From(Consensus consensus, Func<MicrodescriptorDigest, Microdescriptor?> find)
    {
        var parameters = new ConsensusParameters(consensus.Parameters);
        int scale = parameters.Get("bwweightscale", BandwidthWeights.DefaultScale, 1, int.MaxValue);
        Relay[] relays = new Relay[consensus.Relays.Count];
        for (int i = 0; i < relays.Length; i++)
        {
            RouterStatus status = consensus.Relays[i];
            relays[i] = new Relay
            {
                Nickname = status.Nickname,
                RsaIdentity = status.Identity,
                OrPort = status.OrPort,
                OrPortV6 = status.OrPortV6,
                Flags = status.Flags,
                Bandwidth = status.Bandwidth,
                Unmeasured = status.Unmeasured,
                Protocols = status.Protocols,
                MicrodescriptorDigest = status.MicrodescriptorDigest,
                Microdescriptor = find(status.MicrodescriptorDigest),
            };
        }

        return new NetworkSnapshot(
            relays, parameters, new BandwidthWeights(consensus.BandwidthWeights, scale), consensus.Lifetime, IndexByRsaIdentity(relays))
        {
            PreviousSharedRandom = consensus.PreviousSharedRandom,
            CurrentSharedRandom = consensus.CurrentSharedRandom,
        };
    }

    /// <summary>The same network with microdescriptors that have arrived. Relays that do not change stay the same objects.</summary>
    public NetworkSnapshot With(IEnumerable<Microdescriptor> arrived)
    {
        Dictionary<MicrodescriptorDigest, Microdescriptor> byDigest = [];
        foreach (Microdescriptor microdescriptor in arrived)
            byDigest[microdescriptor.Digest] = microdescriptor;
        Relay[] relays = new Relay[Relays.Count];
        bool changed = false;
        for (int i = 0; i < relays.Length; i++)
        {
            Relay relay = Relays[i];
            if (!relay.IsUsable && byDigest.TryGetValue(relay.MicrodescriptorDigest, out Microdescriptor? microdescriptor))
            {
                relay = relay with { Microdescriptor = microdescriptor };
                changed = true;
            }

            relays[i] = relay;
        }

        return !changed
            ? this
            : new NetworkSnapshot(relays, Parameters, Weights, Lifetime, _byRsaIdentity)
            {
                PreviousSharedRandom = PreviousSharedRandom,
                CurrentSharedRandom = CurrentSharedRandom,
            };
    }

    public Relay? Find(RsaIdentity identity) => _byRsaIdentity.TryGetValue(identity, out int index) ? Relays[index] : null;

    /// <summary>Finds usable relays only: without microdescriptor nobody knows the key.</summary>
    public Relay? Find(Ed25519Identity identity) => _byEd25519Identity.TryGetValue(identity, out int index) ? Relays[index] : null;

    /// <summary>Digests of the microdescriptors that are still missing, in the consensus's order, each once.</summary>
    public IReadOnlyList<MicrodescriptorDigest> MissingMicrodescriptors()
    {
        HashSet<MicrodescriptorDigest> seen = [];
        List<MicrodescriptorDigest> missing = [];
        foreach (Relay relay in Relays)
        {
            if (!relay.IsUsable && seen.Add(relay.MicrodescriptorDigest))
                missing.Add(relay.MicrodescriptorDigest);
        }

        return missing;
    }

    private static Dictionary<RsaIdentity, int> IndexByRsaIdentity(IReadOnlyList<Relay> relays)
    {
        Dictionary<RsaIdentity, int> index = new(relays.Count);
        for (int i = 0; i < relays.Count; i++)
            index[relays[i].RsaIdentity] = i;
        return index;
    }
}
