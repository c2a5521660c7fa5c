using GoTor.Protocol.Documents;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths;
using GoTor.Protocol.Paths.Guards;
using GoTor.Testing.Network;

namespace GoTor.Protocol.Tests.Paths.Guards;

/// <summary>A sample of guards in a network of 150 possible guards and 150 other relays, each in a /16 and family of its own.</summary>
internal sealed class GuardFixture
{
    public const int Guards = 150;

    public GuardFixture(
        ulong seed = 1, PathConstraints? constraints = null, IReadOnlyDictionary<string, int>? parameters = null, int guards = Guards,
        GuardSampleKind kind = GuardSampleKind.Default)
    {
        Random = new SeededRandom(seed);
        Constraints = constraints ?? PathConstraints.None;
        Parameters = parameters ?? new Dictionary<string, int>();
        Relays = [.. Enumerable.Range(0, guards + 150).Select(i =>
            SyntheticNetwork.Relay(i, i < guards ? SyntheticNetwork.UsualGuard : SyntheticNetwork.Usual, bandwidth: (uint)(100 + (i * 7 % 900))))];
        Sample = new GuardSample(kind, Random, "test");
        Selector = new GuardSelector(Sample, Random);
        Update();
    }

    public SeededRandom Random { get; }

    public PathConstraints Constraints { get; set; }

    public IReadOnlyDictionary<string, int> Parameters { get; set; }

    public List<Relay> Relays { get; }

    public DateTimeOffset Now { get; set; } = SyntheticNetwork.Epoch;

    public GuardSample Sample { get; private set; }

    public GuardSelector Selector { get; private set; }

    public GuardParameters Numbers => Sample.Context!.Parameters;

    public IReadOnlyList<Guard> Primary => Sample.Primary(Now);

    /// <summary>A new consensus with the relays as they are now.</summary>
    public void Update() =>
        Sample.Update(new GuardContext(SyntheticNetwork.Of([.. Relays], Parameters, at: Now), Constraints), Now);

    public void Change(Guard guard, Func<Relay, Relay> change)
    {
        int index = Relays.FindIndex(relay => relay.RsaIdentity == guard.RsaIdentity);
        Relays[index] = change(Relays[index]);
    }

    public void Unlist(Guard guard) => Change(guard, relay => relay with { Flags = relay.Flags & ~RelayFlags.Guard });

    public GuardAttempt Pick(GuardUsage usage = GuardUsage.Traffic, GuardRestriction? restriction = null) =>
        Selector.Pick(usage, restriction ?? GuardRestriction.None, Now) ?? throw new InvalidOperationException("no guard");

    public GuardAttempt? TryPick(GuardUsage usage = GuardUsage.Traffic, GuardRestriction? restriction = null) =>
        Selector.Pick(usage, restriction ?? GuardRestriction.None, Now);

    public GuardVerdict Succeed(GuardAttempt attempt) => Selector.NoteSuccess(attempt, Now);

    public void Fail(GuardAttempt attempt) => Selector.NoteFailure(attempt, Now);

    /// <summary>Picks and fails until no primary guard is believed up.</summary>
    public void FailAllPrimary()
    {
        while (!Selector.AllPrimaryAreDown(Now))
            Fail(Pick());
    }

    /// <summary>The same guards after a restart: through the state file and back.</summary>
    public void Restart()
    {
        List<string> lines = [.. Sample.Format()];
        GuardSampleKind kind = Sample.Kind;
        Sample = new GuardSample(kind, Random, "test");
        Sample.Restore(lines.Select(line => GuardLine.TryParse(line, Now, int.MaxValue, out _, out Guard? guard) ? guard! : throw new FormatException(line)));
        Selector = new GuardSelector(Sample, Random);
        Update();
    }
}
