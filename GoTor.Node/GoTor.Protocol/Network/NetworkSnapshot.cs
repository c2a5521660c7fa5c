using GoTor.Protocol.Wire;

namespace GoTor.Protocol.Network;

/// <summary>
/// The relays that we believe in at one moment. Immutable and replaced whole, so everyone who holds one sees one consistent network.
/// </summary>
internal sealed class NetworkSnapshot
{
    private readonly Dictionary<RsaIdentity, Relay> _byRsaIdentity;

    public NetworkSnapshot(
        IReadOnlyList<Relay> relays,
        ConsensusParameters parameters,
        BandwidthWeights weights,
        DateTimeOffset validAfter,
        DateTimeOffset freshUntil,
        DateTimeOffset validUntil)
    {
        Relays = relays;
        Parameters = parameters;
        Weights = weights;
        ValidAfter = validAfter;
        FreshUntil = freshUntil;
        ValidUntil = validUntil;
        _byRsaIdentity = new Dictionary<RsaIdentity, Relay>(relays.Count);
        foreach (Relay relay in relays)
            _byRsaIdentity[relay.RsaIdentity] = relay;
    }

    /// <summary>Every relay of the consensus, usable or not, in the consensus's order.</summary>
    public IReadOnlyList<Relay> Relays { get; }

    public ConsensusParameters Parameters { get; }

    public BandwidthWeights Weights { get; }

    public DateTimeOffset ValidAfter { get; }

    public DateTimeOffset FreshUntil { get; }

    public DateTimeOffset ValidUntil { get; }

    public Relay? Find(RsaIdentity identity) => _byRsaIdentity.GetValueOrDefault(identity);
}
