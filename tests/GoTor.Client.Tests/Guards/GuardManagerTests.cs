using System.Diagnostics.Metrics;
using GoTor.Client.Guards;
using GoTor.Protocol.Network;
using GoTor.Protocol.Paths.Guards;
using GoTor.Testing.Network;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Guards;

public sealed class GuardManagerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(SyntheticNetwork.Epoch);
    private readonly MemoryStore _store = new();
    private readonly Meters _meters = new();
    private readonly List<Relay> _relays =
        [.. Enumerable.Range(0, 200).Select(i => SyntheticNetwork.Relay(i, i < 100 ? SyntheticNetwork.UsualGuard : SyntheticNetwork.Usual))];

    private readonly TorClientOptions _options = new() { DataDirectory = "unused" };
    private readonly GuardMetrics _metrics;
    private readonly GuardManager _guards;

    public GuardManagerTests()
    {
        _metrics = new GuardMetrics(_meters);
        _guards = New(_options);
        _guards.OnNetworkChanged(SyntheticNetwork.Of(_relays));
    }

    public void Dispose()
    {
        _guards.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void Pick_BeforeAnyNetwork_IsNone()
    {
        using GuardManager fresh = New(_options);
        Assert.Null(fresh.Pick(GuardUsage.Traffic, GuardRestriction.None));
        Assert.Null(fresh.NextTry(GuardUsage.Traffic));
        Assert.False(fresh.HasGuardDescriptors);
        Assert.False(fresh.HasGuards);
    }

    [Fact]
    public async Task ReportSuccess_PrimaryGuard_IsUsableNowAndSaved()
    {
        GuardChoice choice = Pick();
        Assert.Equal([choice.Relay.OrPort], choice.OrPorts);
        Assert.DoesNotContain(_store.Lines, line => line.Contains("confirmed_on", StringComparison.Ordinal));
        Assert.Equal(GuardVerdict.UsableNow, _guards.ReportSuccess(choice));
        Assert.Equal(GuardVerdict.UsableNow, await choice.WhenDecided);
        string line = Assert.Single(_store.Lines, line => line.Contains("confirmed_on", StringComparison.Ordinal));
        Assert.StartsWith($"in=default rsa_id={choice.Relay.RsaIdentity} nickname={choice.Relay.Nickname} sampled_on=", line, StringComparison.Ordinal);
        Assert.Equal(20, _store.Lines.Count);
        Assert.Equal(new GuardCounts(3, 1, 20, 20), _metrics.Current);
        Assert.Equal(3, _meters.Read("gotor.guards.active"));
        Assert.Equal(1, _meters.Read("gotor.guards.confirmed"));
    }

    [Fact]
    public void Restart_SameGuardAndNothingWrittenForNothing()
    {
        GuardChoice choice = Pick();
        _guards.ReportSuccess(choice);
        int saves = _store.Saves;
        using GuardManager again = New(_options);
        again.OnNetworkChanged(SyntheticNetwork.Of(_relays));
        Assert.Equal(choice.Relay.RsaIdentity, again.Pick(GuardUsage.Traffic, GuardRestriction.None)!.Relay.RsaIdentity);
        for (int i = 0; i < 10; i++)
            again.ReportSuccess(again.Pick(GuardUsage.Traffic, GuardRestriction.None)!);
        Assert.Equal(saves, _store.Saves);
    }

    // A6: a line that makes no sense costs only itself; lines of other samples are kept as they are.
    [Fact]
    public void Restore_BadAndForeignLines_CostNothingElse()
    {
        GuardChoice choice = Pick();
        _guards.ReportSuccess(choice);
        const string bridge = "in=bridges rsa_id=706C75727079666C75727079736C75727079646F bridge_addr=192.0.2.1:443 listed=1 sampled_idx=0";
        _store.Lines = ["\u0001nonsense", "in=default rsa_id=xyz", bridge, .. _store.Lines];
        using GuardManager again = New(_options);
        again.OnNetworkChanged(SyntheticNetwork.Of(_relays));
        Assert.Equal(choice.Relay.RsaIdentity, again.Pick(GuardUsage.Traffic, GuardRestriction.None)!.Relay.RsaIdentity);
        again.ReportFailure(again.Pick(GuardUsage.Traffic, GuardRestriction.None)!, GuardBlame.Guard);
        again.ReportSuccess(again.Pick(GuardUsage.Traffic, GuardRestriction.None)!);
        Assert.Contains(bridge, _store.Lines);
        Assert.Equal(21, _store.Lines.Count);
    }

    [Fact]
    public async Task ReportSuccess_OtherGuard_WaitsThenIsUsableWhenBetterHaveFailed()
    {
        (GuardChoice other, GuardChoice primary) = OtherWaitsForPrimary();
        Assert.False(other.WhenDecided.IsCompleted);
        _guards.ReportFailure(primary, GuardBlame.Guard);
        foreach (GuardChoice choice in PrimariesLeft())
            _guards.ReportFailure(choice, GuardBlame.Guard);
        Assert.Equal(GuardVerdict.UsableNow, await other.WhenDecided);
    }

    [Fact]
    public async Task ReportSuccess_OtherGuardWaitsTooLong_IsDiscardedByTimeAlone()
    {
        (GuardChoice other, GuardChoice primary) = OtherWaitsForPrimary();
        _guards.ReportSuccess(primary);
        _time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        Assert.Equal(GuardVerdict.Discard, await other.WhenDecided);
    }

    [Fact]
    public async Task ReportAbandoned_WhileWaiting_DecidesToDiscard()
    {
        (GuardChoice other, _) = OtherWaitsForPrimary();
        _guards.ReportAbandoned(other);
        Assert.Equal(GuardVerdict.Discard, await other.WhenDecided);
        _guards.ReportAbandoned(other);
    }

    // B62: path selection and our own troubles do not count against a guard.
    [Fact]
    public void ReportAbandoned_HundredTimes_KeepsTheGuard()
    {
        GuardChoice first = Pick();
        for (int i = 0; i < 100; i++)
            _guards.ReportAbandoned(Pick());
        Assert.Equal(first.Relay, Pick().Relay);
        Assert.Equal(3, _metrics.Current.Active);
    }

    // The guard answers, and whatever it does not like fails further on: no single failure is its fault.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Guard_ThatFailsOurCircuits_IsWarnedAboutOnceAndNotNamed(bool inUse)
    {
        FakeLogger<GuardManager> log = new();
        using GuardManager guards = new(_options, _store, new SeededRandom(1), _time, _metrics, log);
        guards.OnNetworkChanged(SyntheticNetwork.Of(_relays));
        GuardChoice choice = guards.Pick(GuardUsage.Traffic, GuardRestriction.None)!;
        for (int i = 0; i < 400; i++)
        {
            guards.ReportAnswered(choice);
            if (inUse || i % 5 == 0)
                guards.ReportBuilt(choice);
            if (inUse)
                guards.ReportUse(choice, worked: i % 5 == 0);
        }

        FakeLogRecord warning = Assert.Single(log.Collector.GetSnapshot(), record => record.Level >= LogLevel.Warning);
        Assert.Contains(inUse ? "in use" : "be built", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(choice.Relay.Nickname, warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(choice.Relay.RsaIdentity.ToString(), warning.Message, StringComparison.Ordinal);
        Assert.Single(_store.Lines, line => line.Contains(inUse ? " pb_use_attempts=" : " pb_circ_attempts=", StringComparison.Ordinal));
        Assert.Equal(3, _metrics.Current.Active); // A warning: whether to leave it is the user's decision, as with C tor.
    }

    [Fact]
    public void NextTry_AllDown_SaysWhenAndThePickThenSucceeds()
    {
        while (_guards.Pick(GuardUsage.Traffic, GuardRestriction.None) is { } choice)
            _guards.ReportFailure(choice, GuardBlame.Guard);
        Assert.Equal(0, _metrics.Current.Active);
        Assert.True(_guards.HasGuards);
        DateTimeOffset next = _guards.NextTry(GuardUsage.Traffic)!.Value;
        Assert.InRange(next - _time.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        _time.SetUtcNow(next);
        Assert.NotNull(_guards.Pick(GuardUsage.Traffic, GuardRestriction.None));
    }

    [Trait("Case", "B58")]
    [Fact]
    public void HasGuardDescriptors_FirstGuardWithout_IsFalseUntilItComes()
    {
        Assert.True(_guards.HasGuardDescriptors);
        GuardChoice first = Pick();
        int index = _relays.IndexOf(first.Relay);
        Relay whole = _relays[index];
        _relays[index] = whole with { Microdescriptor = null };
        _guards.OnNetworkChanged(SyntheticNetwork.Of([.. _relays]));
        Assert.False(_guards.HasGuardDescriptors);
        _relays[index] = whole;
        _guards.OnNetworkChanged(SyntheticNetwork.Of([.. _relays]));
        Assert.True(_guards.HasGuardDescriptors);
        Assert.Equal(whole, Pick().Relay);
    }

    [Fact]
    public void OnOptionsChanged_EntryNodes_SwitchesSampleAndBack()
    {
        GuardChoice before = Pick();
        string entryNodes = string.Join(',', Enumerable.Range(50, 5).Select(i => $"relay{i}"));
        Assert.True(_guards.OnOptionsChanged(_options with { EntryNodes = entryNodes }));
        Assert.InRange(_relays.IndexOf(Pick().Relay), 50, 54);
        Assert.Equal(5, _store.Lines.Count(line => line.StartsWith("in=restricted ", StringComparison.Ordinal)));
        Assert.False(_guards.OnNetworkChanged(SyntheticNetwork.Of(_relays)));
        Assert.True(_guards.OnOptionsChanged(_options));
        Assert.Equal(before.Relay, Pick().Relay);
    }

    [Fact]
    public void OnOptionsChanged_Nonsense_KeepsTheOldOptions()
    {
        TorException error = Assert.Throws<TorException>(() => _guards.OnOptionsChanged(_options with { ExitNodes = "{usa}", EntryNodes = "a b" }));
        Assert.Equal(TorErrorKind.InvalidRequest, error.Kind);
        Assert.Contains("ExitNodes", error.Message, StringComparison.Ordinal);
        Assert.Contains("EntryNodes", error.Message, StringComparison.Ordinal);
        Assert.NotNull(_guards.Pick(GuardUsage.Traffic, GuardRestriction.None));
    }

    [Fact]
    public void Pick_UseEntryGuardsOff_IsAnyGuardAndRemembersNone()
    {
        using GuardManager loose = New(_options with { UseEntryGuards = false });
        loose.OnNetworkChanged(SyntheticNetwork.Of(_relays));
        HashSet<Relay> picked = [];
        for (int i = 0; i < 50; i++)
        {
            GuardChoice choice = loose.Pick(GuardUsage.Traffic, GuardRestriction.None)!;
            picked.Add(choice.Relay);
            Assert.Equal(GuardVerdict.UsableNow, loose.ReportSuccess(choice));
            Assert.True(choice.WhenDecided.IsCompletedSuccessfully);
        }

        Assert.True(picked.Count > 10);
        Assert.NotNull(loose.Pick(GuardUsage.Directory, GuardRestriction.None));
        Assert.DoesNotContain(_store.Lines, line => line.Contains("confirmed_on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AllCalls_FromManyThreads_LeaveAConsistentState()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                if (_guards.Pick(i % 3 == 0 ? GuardUsage.Directory : GuardUsage.Traffic, GuardRestriction.None) is not { } choice)
                    continue;
                switch ((worker + i) % 4)
                {
                    case 0:
                        _guards.ReportFailure(choice, i % 3 == 0 ? GuardBlame.DirectoryService : GuardBlame.Guard);
                        break;
                    case 1:
                        _guards.ReportAbandoned(choice);
                        break;
                    case 2:
                        _guards.OnNetworkChanged(SyntheticNetwork.Of(_relays));
                        _guards.ReportSuccess(choice);
                        break;
                    default:
                        _guards.ReportSuccess(choice);
                        break;
                }
            }
        })));
        Assert.False(_store.Overlapped);
        using GuardManager again = New(_options);
        again.OnNetworkChanged(SyntheticNetwork.Of(_relays));
        Assert.Equal(_metrics.Current.Sampled, _store.Lines.Count);
    }

    private GuardManager New(TorClientOptions options) =>
        new(options, _store, new SeededRandom(1), _time, _metrics, NullLogger<GuardManager>.Instance);

    private GuardChoice Pick() => _guards.Pick(GuardUsage.Traffic, GuardRestriction.None)!;

    // Three primaries confirmed; then they are believed down, another guard is under way, and a primary is tried again before it answers.
    private (GuardChoice Other, GuardChoice Primary) OtherWaitsForPrimary()
    {
        List<GuardChoice> primaries = [];
        for (int i = 0; i < 3; i++)
        {
            GuardChoice slow = Pick();
            primaries.Add(slow);
            _guards.ReportFailure(Pick(), GuardBlame.Guard);
        }

        primaries.ForEach(choice => Assert.Equal(GuardVerdict.UsableNow, _guards.ReportSuccess(choice)));
        for (int i = 0; i < 3; i++)
            _guards.ReportFailure(Pick(), GuardBlame.Guard);
        GuardChoice other = Pick();
        Assert.DoesNotContain(primaries, choice => choice.Relay == other.Relay);
        _time.Advance(TimeSpan.FromSeconds(31));
        GuardChoice primary = Pick();
        Assert.Contains(primaries, choice => choice.Relay == primary.Relay);
        Assert.Equal(GuardVerdict.WaitForBetterGuard, _guards.ReportSuccess(other));
        return (other, primary);
    }

    private IEnumerable<GuardChoice> PrimariesLeft()
    {
        while (_metrics.Current.Active > 0)
            yield return Pick();
    }

    private sealed class MemoryStore : IGuardStateStore
    {
        private int _inside;

        public IReadOnlyList<string> Lines { get; set; } = [];

        public int Saves { get; private set; }

        public bool Overlapped { get; private set; }

        public IReadOnlyList<string> LoadGuardLines() => Lines;

        public void SaveGuardLines(IReadOnlyList<string> lines)
        {
            Overlapped |= Interlocked.Increment(ref _inside) > 1;
            Lines = lines;
            Saves++;
            Interlocked.Decrement(ref _inside);
        }
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _made = [];

        public Meter Create(MeterOptions options)
        {
            Meter meter = new(options);
            _made.Add(meter);
            return meter;
        }

        public int Read(string gauge)
        {
            int value = -1;
            using MeterListener listener = new();
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == gauge && _made.Contains(instrument.Meter))
                    l.EnableMeasurementEvents(instrument);
            };
            listener.SetMeasurementEventCallback<int>((_, measurement, _, _) => value = measurement);
            listener.Start();
            listener.RecordObservableInstruments();
            return value;
        }

        public void Dispose() => _made.ForEach(meter => meter.Dispose());
    }
}
