using System.Text.RegularExpressions;
using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;
using GoTor.Testing.Network;
using GoTor.Testing.ScriptedRelay;
using Microsoft.Extensions.Time.Testing;

namespace GoTor.Client.Tests.Circuits;

/// <summary>What becomes of circuits that are too slow, come through a guard that is not the best, or were planned under other options.</summary>
public sealed class CircuitAttemptTests : IAsyncDisposable
{
    private const int Guards = 4;
    private const int Learned = 200;

    private static readonly TimeSpan RetryOfPrimaryGuards = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWaitForBetterGuard = TimeSpan.FromMinutes(10);

    private readonly CircuitHarness _circuits = new(hops: Guards + 4);
    private readonly FakeTimeProvider _time = new(SyntheticNetwork.Epoch);
    private GuardedHarness? _client;

    private GuardedHarness Client => _client ??= new GuardedHarness(_circuits.Network.Hops, Guards, _circuits.Builder, _circuits.Meters, _time, learn: true);

    private ScriptedNetwork Network => _circuits.Network;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        _circuits.Dispose();
    }

    [Fact]
    public async Task TooSlow_RequestsGetAnotherCircuit_AndItsTimeIsLearned()
    {
        Learn();
        Network.Prepare = lane => lane.Hold(Network.Lanes.Count == 1);
        Task<TorStream> connecting = Client.ConnectAsync();
        await CircuitHarness.EventuallyAsync(() => Network.Lanes.Count == 1);
        await Client.PassAsync(Client.BuildTimeout.Timeout, () => Network.Lanes.Count == 2);
        await using TorStream stream = await connecting;
        Assert.Single(Network.Lanes[1].Circuit.Streams);
        await CircuitHarness.EventuallyAsync(() => Count("TotalBuildTimes") == Learned + 1);

        _time.Advance(TimeSpan.FromSeconds(30));
        Network.Lanes[0].Hold(false);
        // Middle and count of each bin: all others, also of circuits that are built ahead of need meanwhile, took a quarter of a second or nothing.
        await CircuitHarness.EventuallyAsync(() => Regex.IsMatch(Client.StateLines("CircuitBuildTimeBin")[^1], "^3[0-9]{4} 1$"));
        Assert.Empty(Client.StateLines("CircuitBuildAbandonedCount"));
        await Network.Lanes[0].Closed.WaitAsync(CircuitHarness.Patience);
        Assert.True(Network.Lanes[0].ClosedWithDestroy);
        Assert.Empty(Network.Lanes[0].Circuit.Streams);
        Assert.Equal(3, Network.Lanes[0].Circuit.HopCount);
        Assert.Equal(3, Client.GuardCounts.Active);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SilentForever_IsClosedAndCounted_AndBlamesTheGuardOnlyBeforeItAnswered(bool guardAnswers)
    {
        Learn();
        Network.Prepare = lane =>
        {
            if (Network.Lanes.Count > 1)
                return;
            if (guardAnswers)
                lane.Circuit.Intercept = (_, _, command, _, _) => command == RelayCommand.Extend2;
            else
                lane.Hold(true);
        };
        Task<TorStream> connecting = Client.ConnectAsync();
        await CircuitHarness.EventuallyAsync(() => Network.Lanes.Count == 1 && (!guardAnswers || Network.Lanes[0].Circuit.Log.Count == 1));
        await Client.PassAsync(Client.BuildTimeout.Timeout, () => Network.Lanes.Count == 2);
        await using TorStream stream = await connecting;
        Assert.False(Network.Lanes[0].Closed.IsCompleted);

        await Client.PassAsync(Client.BuildTimeout.CloseAfter, () => Network.Lanes[0].Closed.IsCompleted);
        Assert.True(Network.Lanes[0].ClosedWithDestroy);
        await CircuitHarness.EventuallyAsync(() => Count("CircuitBuildAbandonedCount") == 1);
        await CircuitHarness.EventuallyAsync(() => Client.GuardCounts.Active == (guardAnswers ? 3 : 2));
    }

    [Fact]
    public async Task Guard_FailsWhatLeadsFurther_IsCountedThoughNotBlamed()
    {
        Network.Prepare = lane => lane.Circuit.Intercept = (relay, hop, command, _, _) =>
        {
            if (command != RelayCommand.Extend2 || Network.Lanes.Count > 3)
                return false;
            relay.Send(hop, RelayCommand.Extended2, StreamId.Circuit, new byte[66]); // Not what the next relay would say.
            return true;
        };
        await using TorStream stream = await Client.ConnectAsync();
        Assert.Equal(4, Network.Lanes.Count);
        string line = Assert.Single(Client.GuardLines, line => line.Contains("pb_", StringComparison.Ordinal));
        Assert.Contains(" pb_use_attempts=1.000000 pb_use_successes=1.000000 pb_circ_attempts=4.000000 pb_circ_successes=1.000000 ", line, StringComparison.Ordinal);
        Assert.Equal(3, Client.GuardCounts.Active);
    }

    [Fact]
    public async Task Guard_FailsWhatIsUsed_IsCountedThoughNotBlamed()
    {
        Network.Prepare = lane => lane.Circuit.Intercept = (relay, _, command, id, _) =>
        {
            if (command != RelayCommand.Begin || Network.Lanes.Count > 2)
                return false;
            relay.SendDamaged(2, RelayCommand.Connected, id, [], bit: 100);
            return true;
        };
        await using TorStream stream = await Client.ConnectAsync();
        await CircuitHarness.EventuallyAsync(() => Client.GuardLines.Any(line => line.Contains(" pb_use_attempts=3.000000 pb_use_successes=1.000000 ", StringComparison.Ordinal)));
        Assert.Equal(3, Client.GuardCounts.Active);
    }

    [Fact]
    public async Task OtherGuard_WaitsForTheBetterOnes_AndIsUsedWhenTheyHaveFailed()
    {
        int activeWhenUsed = -1;
        (Task<TorStream> connecting, ScriptedLane waiting) = await BuildThroughOtherGuardAsync(lane => lane.Circuit.Intercept = (_, _, command, _, _) =>
        {
            if (command == RelayCommand.Begin)
                Volatile.Write(ref activeWhenUsed, Client.GuardCounts.Active);
            return false;
        });
        // Whoever waits has the better guards tried again meanwhile: they are still down.
        await Client.PassSecondsAsync(() => connecting.IsCompleted);
        await using TorStream stream = await connecting;
        Assert.Single(waiting.Circuit.Streams);
        Assert.Equal(0, Volatile.Read(ref activeWhenUsed));
    }

    [Fact]
    public async Task OtherGuard_WaitsForTheBetterOnes_AndIsDiscardedWhenOneWorks()
    {
        (Task<TorStream> connecting, ScriptedLane waiting) = await BuildThroughOtherGuardAsync(_ => Network.IsDown = null);
        await Client.PassSecondsAsync(() => connecting.IsCompleted);
        await using TorStream stream = await connecting;
        Assert.Empty(waiting.Circuit.Streams);
        Assert.False(waiting.Closed.IsCompleted);
        await Client.PassAsync(LongestWaitForBetterGuard, () => waiting.Closed.IsCompleted);
        Assert.True(waiting.ClosedWithDestroy);
        Assert.Empty(waiting.Circuit.Streams);
    }

    [Fact]
    public async Task BuildTimes_SurviveARestart()
    {
        Learn();
        await using (TorStream stream = await Client.ConnectAsync())
            await CircuitHarness.EventuallyAsync(() => Count("TotalBuildTimes") == Learned + 1);
        SharedBuildTimeout again = Client.Restart();
        Assert.InRange(again.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        // Bins are ten milliseconds wide.
        Assert.InRange(again.Timeout - Client.BuildTimeout.Timeout, TimeSpan.FromMilliseconds(-10), TimeSpan.FromMilliseconds(10));
        Assert.Equal(Client.BuildTimeout.CloseAfter, again.CloseAfter);
        Assert.False(again.NeedsTestCircuit(0));
    }

    [Fact]
    public async Task RetireAll_WhileACircuitIsBuilt_ItTakesNoStream()
    {
        Network.Prepare = lane => lane.Hold(Network.Lanes.Count == 1);
        Task<TorStream> connecting = Client.ConnectAsync();
        await CircuitHarness.EventuallyAsync(() => Network.Lanes.Count == 1);
        Client.Manager.RetireAll();
        await using TorStream stream = await connecting;
        Network.Lanes[0].Hold(false);
        await Network.Lanes[0].Closed.WaitAsync(CircuitHarness.Patience);
        await using TorStream next = await Client.ConnectAsync();
        Assert.Equal([0, 2], Network.Lanes.Select(lane => lane.Circuit.Streams.Count));
        Assert.True(Network.Lanes[0].ClosedWithDestroy);
    }

    [Fact]
    public async Task RetireAll_WhileACircuitWaitsForABetterGuard_ItTakesNoStream()
    {
        Func<ScriptedHop, bool>? down = null;
        (Task<TorStream> connecting, ScriptedLane waiting) = await BuildThroughOtherGuardAsync(_ =>
        {
            down = Network.IsDown;
            Network.IsDown = null;
            Network.Prepare = lane => lane.Hold(true);
        });
        await Client.PassSecondsAsync(() => Network.Lanes.Count == 2); // Under way through a better guard.
        Client.Manager.RetireAll();
        await Client.PassSecondsAsync(() => Network.Lanes.Count == 3); // Another one, by the new rules.

        // The better guards fail after all.
        Network.IsDown = down;
        Network.Prepare = null;
        foreach (ScriptedLane lane in Network.Lanes.Skip(1))
            lane.BreakChannel(ChannelEnd.ConnectionLost);
        await Client.PassSecondsAsync(() => waiting.Closed.IsCompleted && connecting.IsCompleted);
        await using TorStream stream = await connecting;
        Assert.True(waiting.ClosedWithDestroy);
        Assert.Empty(waiting.Circuit.Streams);
    }

    /// <summary>Build times that make a timeout of a second or so, while circuits are closed after a minute.</summary>
    private void Learn()
    {
        for (int i = 0; i < Learned; i++)
            Client.BuildTimeout.NoteBuilt(TimeSpan.FromMilliseconds(200 + (i % 40)), hadTimedOut: false);
        Assert.InRange(Client.BuildTimeout.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(60), Client.BuildTimeout.CloseAfter);
    }

    /// <summary>
    /// The three primary guards are down. While a circuit through the fourth is on its way, their time to be tried again comes: so it
    /// stands, and waits.
    /// </summary>
    /// <param name="beforeItStands">Told the relay's side of that circuit.</param>
    private async Task<(Task<TorStream> Connecting, ScriptedLane Waiting)> BuildThroughOtherGuardAsync(Action<ScriptedLane> beforeItStands)
    {
        Client.ConfirmPrimaryGuards();
        RsaIdentity other = Network.Hops.Take(Guards).Select(hop => hop.RsaIdentity).Except(Client.PrimaryGuards()).Single();
        Network.IsDown = hop => hop.RsaIdentity != other;
        Network.Prepare = lane => lane.Hold(Network.Lanes.Count == 1);
        Task<TorStream> connecting = Client.ConnectAsync();
        await CircuitHarness.EventuallyAsync(() => Network.Lanes.Count == 1);
        Assert.Equal(0, Client.GuardCounts.Active);
        ScriptedLane waiting = Network.Lanes[0];
        beforeItStands(waiting);
        _time.Advance(RetryOfPrimaryGuards);
        waiting.Hold(false);
        await CircuitHarness.EventuallyAsync(() => Client.GuardCounts.Confirmed == Guards);
        Assert.Equal(3, waiting.Circuit.HopCount);
        return (connecting, waiting);
    }

    private int Count(string key) => Client.StateLines(key) is [{ } line, ..] ? int.Parse(line, System.Globalization.CultureInfo.InvariantCulture) : 0;
}
