using System.Net;
using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Network;
using GoTor.Protocol.Wire;
using GoTor.Testing.Network;

namespace GoTor.Testing.Directories;

/// <summary>
/// A whole network on paper: authorities with real keys, relays with plausible flags, weights, families and policies, and the
/// documents that a client would fetch. The same seed gives the same network. Immutable; safe for concurrent use.
/// </summary>
internal sealed class GeneratedDirectory
{
    private GeneratedDirectory(IReadOnlyList<DirectorySigner> authorities, IReadOnlyList<RelayDraft> relays)
    {
        Authorities = authorities;
        Relays = relays;
    }

    public IReadOnlyList<DirectorySigner> Authorities { get; }

    /// <summary>Not in the consensus's order.</summary>
    public IReadOnlyList<RelayDraft> Relays { get; }

    public IEnumerable<RsaIdentity> V3Identities => Authorities.Select(a => a.V3Identity);

    /// <param name="authorities">At most half of <see cref="TestRsaKeys.Count"/>.</param>
    public static GeneratedDirectory Create(int relays = 30, int authorities = 9, ulong seed = 1) =>
        new([.. Enumerable.Range(0, authorities).Select(CreateAuthority)], CreateRelays(relays, new SeededRandom(seed)));

    /// <summary>The same authorities over other relays, for instance such that really run.</summary>
    public GeneratedDirectory With(IReadOnlyList<RelayDraft> relays) => new(Authorities, relays);

    public byte[] EncodeConsensus(ConsensusDraft consensus) => consensus.Encode(Authorities, Relays);

    /// <summary>A good consensus that is fresh at <paramref name="now"/>.</summary>
    public byte[] EncodeConsensus(DateTimeOffset now) =>
        EncodeConsensus(new ConsensusDraft { ValidAfter = now - TimeSpan.FromMinutes(30) });

    /// <summary>All certificates one after another, good for half a year before and after.</summary>
    public byte[] EncodeCertificates(DateTimeOffset now) =>
        [.. Authorities.SelectMany(a => a.EncodeCertificate(now - TimeSpan.FromDays(180), now + TimeSpan.FromDays(180)))];

    public byte[] EncodeMicrodescriptors() => [.. Relays.SelectMany(r => r.EncodeMicrodescriptor())];

    /// <summary>By digest: what a directory cache would look requests up in.</summary>
    public IReadOnlyDictionary<MicrodescriptorDigest, byte[]> Microdescriptors()
    {
        Dictionary<MicrodescriptorDigest, byte[]> byDigest = [];
        foreach (RelayDraft relay in Relays)
            byDigest[relay.MicrodescriptorDigest] = relay.EncodeMicrodescriptor();
        return byDigest;
    }

    /// <summary>The network as a client sees it that has everything.</summary>
    public NetworkSnapshot Snapshot(ConsensusDraft consensus)
    {
        Dictionary<MicrodescriptorDigest, Microdescriptor> parsed = new MicrodescriptorParser().Parse(EncodeMicrodescriptors()).Entries
            .ToDictionary(e => e.Microdescriptor.Digest, e => e.Microdescriptor);
        return NetworkSnapshot.From(Consensus.Parse(EncodeConsensus(consensus)), digest => parsed.GetValueOrDefault(digest));
    }

    private static DirectorySigner CreateAuthority(int index) => new(
        $"authority{index}", TestRsaKeys.Load(index * 2), TestRsaKeys.Load(index * 2 + 1), new IPEndPoint(new IPAddress([192, (byte)(88 + index), 99, 1]), 443));

    private static List<RelayDraft> CreateRelays(int count, SeededRandom random)
    {
        List<RelayDraft> relays = [];
        for (int i = 0; i < count; i++)
        {
            bool exit = i % 3 == 0;
            bool guard = i % 2 == 0;
            relays.Add(new RelayDraft
            {
                Nickname = $"relay{i}",
                RsaIdentity = new RsaIdentity(Bytes(random, RsaIdentity.Length)),
                Ed25519Identity = new Ed25519Identity(Bytes(random, Ed25519Identity.Length)),
                NtorOnionKey = Bytes(random, 32),
                // Every relay in a /16 of its own, like most real ones.
                OrPort = new IPEndPoint(new IPAddress([(byte)(20 + i / 250), (byte)(1 + i % 250), 7, 9]), 9001),
                OrPortV6 = i % 4 == 0 ? new IPEndPoint(IPAddress.Parse($"2a00:{i + 1:x}::1"), 9001) : null,
                Flags = RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.Valid | RelayFlags.V2Dir | RelayFlags.HSDir
                    | (exit ? RelayFlags.Exit : RelayFlags.None) | (guard ? RelayFlags.Guard : RelayFlags.None),
                Bandwidth = (uint)random.Next(500, 20_000),
                ExitPolicy = !exit ? null : i % 2 == 0 ? "reject 25,119,135-139,445,563" : "accept 53,80,443",
            });
        }

        // Some operators run two relays: every tenth and the one after it, by list or by family id in turn.
        for (int i = 0; i + 1 < count; i += 10)
        {
            RsaIdentity[] both = [relays[i].RsaIdentity, relays[i + 1].RsaIdentity];
            string[] id = [$"ed25519:{Convert.ToBase64String(Bytes(random, 32)).TrimEnd('=')}"];
            for (int member = i; member <= i + 1; member++)
                relays[member] = i % 20 == 0 ? relays[member] with { Family = both } : relays[member] with { FamilyIds = id };
        }

        return relays;
    }

    private static byte[] Bytes(SeededRandom random, int count)
    {
        byte[] bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }
}
