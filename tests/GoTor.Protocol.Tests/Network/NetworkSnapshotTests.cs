using GoTor.Protocol.Documents;
using GoTor.Protocol.Documents.Writing;
using GoTor.Protocol.Network;
using GoTor.Testing.Directories;

namespace GoTor.Protocol.Tests.Network;

public sealed class NetworkSnapshotTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 30, 0, TimeSpan.Zero);
    private readonly GeneratedDirectory _directory = GeneratedDirectory.Create(relays: 40);
    private readonly Consensus _consensus;
    private readonly List<Microdescriptor> _microdescriptors;

    public NetworkSnapshotTests()
    {
        _consensus = Consensus.Parse(_directory.EncodeConsensus(new ConsensusDraft
        {
            ValidAfter = Now,
            Parameters = new Dictionary<string, int> { ["bwweightscale"] = 20_000, ["circwindow"] = 500 },
        }));
        _microdescriptors = [.. new MicrodescriptorParser().Parse(_directory.EncodeMicrodescriptors()).Entries.Select(e => e.Microdescriptor)];
    }

    [Fact]
    public void Snapshot_OfAConsensusAlone_KnowsEveryoneAndCanUseNobody()
    {
        NetworkSnapshot snapshot = NetworkSnapshot.From(_consensus, _ => null);
        Assert.Equal(40, snapshot.Relays.Count);
        Assert.Equal(0, snapshot.UsableCount);
        Assert.Equal(40, snapshot.MissingMicrodescriptors().Count);
        RelayDraft generated = _directory.Relays[3];
        Assert.Equal(generated.Nickname, snapshot.Find(generated.RsaIdentity)!.Nickname);
        Assert.Null(snapshot.Find(generated.Ed25519Identity));
        Assert.Equal(20_000, snapshot.Weights.Scale);
        Assert.Equal(500, snapshot.Parameters.Get("circwindow", 1000, 100, 1000));
        Assert.Equal(_consensus.CurrentSharedRandom, snapshot.CurrentSharedRandom);
    }

    [Fact]
    public void Microdescriptors_ThatArrive_ChangeTheirRelaysOnly()
    {
        NetworkSnapshot before = NetworkSnapshot.From(_consensus, _ => null);
        NetworkSnapshot after = before.With(_microdescriptors.Take(10));
        Assert.Equal(0, before.UsableCount);
        Assert.Equal(10, after.UsableCount);
        Assert.Equal(30, after.MissingMicrodescriptors().Count);
        for (int i = 0; i < 40; i++)
            Assert.Equal(!after.Relays[i].IsUsable, ReferenceEquals(before.Relays[i], after.Relays[i]));
        foreach (Microdescriptor microdescriptor in _microdescriptors.Take(10))
            Assert.Same(microdescriptor, after.Find(microdescriptor.Ed25519Identity)!.Microdescriptor);
        Assert.Same(after, after.With(_microdescriptors.Take(10)));
        Assert.Equal(after.CurrentSharedRandom, before.CurrentSharedRandom);
        Assert.Equal(40, after.With(_microdescriptors).UsableCount);
    }

    [Fact]
    public void Microdescriptor_ThatNoRelayHas_ChangesNothing()
    {
        NetworkSnapshot snapshot = NetworkSnapshot.From(_consensus, _ => null);
        GeneratedDirectory others = GeneratedDirectory.Create(relays: 5, seed: 99);
        Assert.Same(snapshot, snapshot.With(new MicrodescriptorParser().Parse(others.EncodeMicrodescriptors()).Entries.Select(e => e.Microdescriptor)));
    }

    [Fact]
    public void Paths_GrowWithMicrodescriptorsFromNothingToAll()
    {
        NetworkSnapshot snapshot = NetworkSnapshot.From(_consensus, _ => null);
        Assert.Equal(0, UsablePaths.Of(snapshot).Fraction);
        double last = 0;
        for (int count = 0; count <= 40; count++)
        {
            double fraction = UsablePaths.Of(snapshot.With(_microdescriptors.Take(count))).Fraction;
            Assert.True(fraction >= last);
            last = fraction;
        }

        Assert.Equal(1, last, 9);
    }

    [Fact]
    public void Paths_AreTheProductOfTheirThreeParts()
    {
        NetworkSnapshot full = _directory.Snapshot(new ConsensusDraft { ValidAfter = Now });
        // Without the microdescriptors of all exits nothing can leave, however many others there are.
        NetworkSnapshot noExits = NetworkSnapshot.From(_consensus, d => full.Relays.Single(r => r.MicrodescriptorDigest == d) is { } r && !r.Has(RelayFlags.Exit) ? r.Microdescriptor : null);
        UsablePaths paths = UsablePaths.Of(noExits);
        Assert.True(paths.HasExits);
        Assert.Equal(0, paths.Exits);
        Assert.Equal(0, paths.Fraction);
        Assert.InRange(paths.Guards, 0.1, 1);

        // One exit of the user's choice that we lack is a path that we lack.
        Assert.Equal(0, UsablePaths.Of(full, exitNodes: _ => false).Fraction);
        Assert.Equal(1, UsablePaths.Of(full, exitNodes: r => r.Nickname == "relay3").Fraction, 9);
    }

    [Fact]
    public void Paths_OfANetworkWithoutExits_EndAtAMiddle()
    {
        GeneratedDirectory inner = _directory.With([.. _directory.Relays.Where(r => (r.Flags & RelayFlags.Exit) == 0)]);
        UsablePaths paths = UsablePaths.Of(inner.Snapshot(new ConsensusDraft { ValidAfter = Now }));
        Assert.False(paths.HasExits);
        Assert.Equal(1, paths.Fraction, 9);
    }

    [Fact]
    public void Paths_WithZeroBandwidthsEverywhere_CountRelays()
    {
        GeneratedDirectory lazy = _directory.With([.. _directory.Relays.Select(r => r with { Bandwidth = 0 })]);
        Assert.Equal(1, UsablePaths.Of(lazy.Snapshot(new ConsensusDraft { ValidAfter = Now })).Fraction, 9);
    }

    [Theory]
    [InlineData(null, null, 0.6)]
    [InlineData(0.8, null, 0.8)]
    [InlineData(null, 10, 0.25)]
    [InlineData(null, 99, 0.95)]
    public void NeededFraction_IsTheUsersOrTheConsensus(double? option, int? parameter, double expected)
    {
        Dictionary<string, int> parameters = parameter is null ? [] : new() { ["min_paths_for_circs_pct"] = parameter.Value };
        Assert.Equal(expected, UsablePaths.Needed(new ConsensusParameters(parameters), option));
    }
}
