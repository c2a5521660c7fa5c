using GoTor.Client.Directory.Servers;
using GoTor.Client.Guards;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths.Guards;
using GoTor.Protocol.Wire;
using GoTor.Testing;
using GoTor.Testing.Network;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Directory.Servers;

public sealed class GuardDirectoryTests : IDisposable
{
    private static readonly HashSet<RsaIdentity> None = [];

    private readonly TestMeterFactory _meters = new();
    private readonly GuardManager _guards;
    private readonly GuardDirectory _directory;
    private readonly NetworkSnapshot _network =
        SyntheticNetwork.Of([.. Enumerable.Range(0, 60).Select(i => SyntheticNetwork.Relay(i, SyntheticNetwork.UsualGuard))]);

    public GuardDirectoryTests()
    {
        _guards = new GuardManager(
            new TorClientOptions { DataDirectory = "unused" }, new NoState(), new SeededRandom(1), new FakeTimeProvider(SyntheticNetwork.Epoch),
            new GuardMetrics(_meters), NullLogger<GuardManager>.Instance);
        _directory = new GuardDirectory(_guards);
    }

    public void Dispose()
    {
        _guards.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void Pick_BeforeAnyGuardIsKnown_IsNone()
    {
        Assert.False(_directory.AnyKnown(_network));
        Assert.True(_directory.LackDescriptors(_network));
        Assert.Null(_directory.Pick(_network, None));
    }

    [Fact]
    public void Pick_IsAPrimaryGuard_AsItsRelayIsKnown()
    {
        RsaIdentity picked = PickAnd(guard => guard.Succeeded());

        Assert.Contains(picked, Primaries());
        Assert.True(_directory.AnyKnown(_network));
        Assert.False(_directory.LackDescriptors(_network));
    }

    [Fact]
    public void Pick_AvoidingOne_TakesAnotherPrimary()
    {
        RsaIdentity first = PickAnd(guard => guard.Succeeded());
        Know();
        IDirectoryGuard second = _directory.Pick(_network, new HashSet<RsaIdentity> { first })!;
        second.Abandoned();

        Assert.NotEqual(first, second.Target.RsaIdentity);
        Assert.Contains(second.Target.RsaIdentity!.Value, Primaries());
    }

    // What one document lacks must not spread us over many guards: every one of them sees our address.
    [Fact]
    public void Pick_AvoidingAllPrimaries_StaysWithThem()
    {
        Know();
        HashSet<RsaIdentity> primaries = Primaries();
        for (int i = 0; i < 20; i++)
        {
            IDirectoryGuard guard = _directory.Pick(_network, primaries)!;
            Assert.Contains(guard.Target.RsaIdentity!.Value, primaries);
            guard.Abandoned();
        }
    }

    [Fact]
    public void Unreachable_GuardIsPassedOver_AlsoForTraffic()
    {
        RsaIdentity first = PickAnd(guard => guard.Unreachable());

        Assert.NotEqual(first, PickAnd(guard => guard.Abandoned()));
        GuardChoice traffic = _guards.Pick(GuardUsage.Traffic, GuardRestriction.None)!;
        _guards.ReportAbandoned(traffic);
        Assert.NotEqual(first, traffic.Relay.RsaIdentity);
    }

    // A guard that has no documents for us still carries our circuits.
    [Fact]
    public void ServedBadly_GuardIsPassedOverForDocumentsOnly()
    {
        Know();
        GuardChoice traffic = _guards.Pick(GuardUsage.Traffic, GuardRestriction.None)!;
        _guards.ReportSuccess(traffic);
        HashSet<RsaIdentity> others = [.. Primaries().Where(identity => identity != traffic.Relay.RsaIdentity)];
        IDirectoryGuard same = _directory.Pick(_network, others)!;
        Assert.Equal(traffic.Relay.RsaIdentity, same.Target.RsaIdentity);
        same.ServedBadly();

        Assert.NotEqual(traffic.Relay.RsaIdentity, PickAnd(guard => guard.Abandoned()));
        GuardChoice again = _guards.Pick(GuardUsage.Traffic, GuardRestriction.None)!;
        _guards.ReportAbandoned(again);
        Assert.Equal(traffic.Relay.RsaIdentity, again.Relay.RsaIdentity);
    }

    private void Know() => _guards.OnNetworkChanged(_network);

    private RsaIdentity PickAnd(Action<IDirectoryGuard> report)
    {
        Know();
        IDirectoryGuard guard = _directory.Pick(_network, None)!;
        report(guard);
        return guard.Target.RsaIdentity!.Value;
    }

    /// <summary>Who they are is known from asking often enough: directory requests go to any of the first three.</summary>
    private HashSet<RsaIdentity> Primaries()
    {
        HashSet<RsaIdentity> primaries = [];
        for (int i = 0; i < 100; i++)
        {
            GuardChoice choice = _guards.Pick(GuardUsage.Directory, GuardRestriction.None)!;
            Assert.True(choice.IsPrimary);
            primaries.Add(choice.Relay.RsaIdentity);
            _guards.ReportAbandoned(choice);
        }

        return primaries;
    }

    private sealed class NoState : IGuardStateStore
    {
        public IReadOnlyList<string> LoadGuardLines() => [];

        public void SaveGuardLines(IReadOnlyList<string> lines)
        {
        }
    }
}
