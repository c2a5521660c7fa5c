using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;

namespace GoTor.Client.Tests.Circuits;

public class CircuitManagerTests
{
    [Fact]
    public async Task Streams_OfOneKey_ShareACircuit_OthersDoNot()
    {
        await using ManagerHarness harness = new();
        TorStream first = await harness.ConnectAsync(user: "alice");
        TorStream second = await harness.ConnectAsync(user: "alice");
        TorStream other = await harness.ConnectAsync(user: "bob");
        Assert.Equal(2, harness.Circuits.Network.Lanes.Count);
        Assert.Equal([1, 2], harness.Circuits.Network.Lanes.Select(lane => lane.Circuit.Streams.Count).Order());
        await first.DisposeAsync();
        await second.DisposeAsync();
        await other.DisposeAsync();
    }

    [Fact]
    public async Task ManyStreams_OfManyKeys_NeverMix()
    {
        await using ManagerHarness harness = new();
        Task<TorStream>[] opening = [.. Enumerable.Range(0, 60).Select(i => harness.ConnectAsync(user: $"user{i % 6}"))];
        TorStream[] streams = await Task.WhenAll(opening);
        Assert.Equal(6, harness.Circuits.Network.Lanes.Count(lane => lane.Circuit.Streams.Count > 0));
        Assert.All(harness.Circuits.Network.Lanes, lane => Assert.True(lane.Circuit.Streams.Count is 0 or 10));
        foreach (TorStream stream in streams)
            await stream.DisposeAsync();
    }

    [Fact]
    public async Task Circuit_UsedTooLongAgo_TakesNoNewStream_AndClosesWhenEmpty()
    {
        await using ManagerHarness harness = new();
        harness.Manager.Start();
        TorStream old = await harness.ConnectAsync();
        var used = harness.Circuits.Network.Lanes.Single(lane => lane.Circuit.Streams.Count > 0);
        harness.Time.Advance(TimeSpan.FromMinutes(9));
        TorStream still = await harness.ConnectAsync();
        Assert.Equal(2, used.Circuit.Streams.Count);
        harness.Time.Advance(TimeSpan.FromMinutes(2));
        TorStream fresh = await harness.ConnectAsync();
        Assert.Equal(2, used.Circuit.Streams.Count);
        await old.DisposeAsync();
        await still.DisposeAsync();
        await harness.EventuallyAsync(() => used.ClosedWithDestroy);
        await fresh.DisposeAsync();
    }

    [Fact]
    public async Task CleanCircuits_AreKeptReady_ForPredictedPorts()
    {
        await using ManagerHarness harness = new();
        harness.Manager.Start();
        await CircuitHarness.EventuallyAsync(() => harness.Circuits.Network.Lanes.Count == 2 && harness.Bootstrap.Done.IsCompleted);
        await using TorStream stream = await harness.ConnectAsync();
        Assert.Equal(1, harness.Circuits.Network.Lanes.Take(2).Count(lane => lane.Circuit.Streams.Count > 0));
        // One is taken now, so another takes its place.
        await CircuitHarness.EventuallyAsync(() => harness.Circuits.Network.Lanes.Count == 3);
    }

    [Fact]
    public async Task ExitPolicy_RefusesAtOneExit_AnotherIsTried()
    {
        await using ManagerHarness harness = new();
        int refusals = 0;
        harness.Circuits.Network.Prepare = lane => lane.Circuit.Intercept = (circuit, hop, command, id, _) =>
        {
            if (command != RelayCommand.Begin || Interlocked.Increment(ref refusals) > 2)
                return false;
            circuit.Send(hop, id, new EndMessage(EndReason.ExitPolicy));
            return true;
        };
        await using TorStream stream = await harness.ConnectAsync();
        Assert.Equal(3, harness.Circuits.Network.Lanes.Count);
    }

    [Fact]
    public async Task EveryExit_Refuses_TheLastReasonIsTold()
    {
        await using ManagerHarness harness = new();
        harness.Circuits.Network.Prepare = lane => lane.Circuit.Intercept = (circuit, hop, command, id, _) =>
        {
            if (command == RelayCommand.Begin)
                circuit.Send(hop, id, new EndMessage(EndReason.ExitPolicy));
            return command == RelayCommand.Begin;
        };
        TorException error = await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync());
        Assert.Equal(TorErrorKind.ExitPolicy, error.Kind);
    }

    [Fact]
    public async Task Destination_Refuses_NoOtherExitIsBothered()
    {
        await using ManagerHarness harness = new();
        TorException error = await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync("refuse"));
        Assert.Equal(TorErrorKind.ConnectionRefused, error.Kind);
        Assert.Single(harness.Circuits.Network.Lanes);
    }

    [Fact]
    public async Task UnknownName_IsTriedAtThreeExits_NotMore()
    {
        await using ManagerHarness harness = new(exits: 5);
        TorException error = await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync("nowhere"));
        Assert.Equal(TorErrorKind.ResolveFailed, error.Kind);
        Assert.Equal(3, harness.Circuits.Network.Lanes.Count);
    }

    [Fact]
    public async Task SilentExit_IsLeftAfterTenSeconds()
    {
        await using ManagerHarness harness = new();
        int begins = 0;
        harness.Circuits.Network.Prepare = lane => lane.Circuit.Intercept =
            (_, _, command, _, _) => command == RelayCommand.Begin && Interlocked.Increment(ref begins) == 1;
        Task<TorStream> connecting = harness.ConnectAsync();
        await CircuitHarness.EventuallyAsync(() => Volatile.Read(ref begins) == 1);
        harness.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(connecting.IsCompleted);
        harness.Time.Advance(TimeSpan.FromSeconds(0.1));
        await (await connecting).DisposeAsync();
        Assert.Equal(2, begins);
    }

    [Fact]
    public async Task CircuitLost_WhileOpening_TheStreamMovesOn()
    {
        await using ManagerHarness harness = new();
        int begins = 0;
        harness.Circuits.Network.Prepare = lane => lane.Circuit.Intercept = (circuit, _, command, _, _) =>
        {
            if (command != RelayCommand.Begin || Interlocked.Increment(ref begins) > 1)
                return false;
            circuit.SendCell(Protocol.Cells.Channel.ChannelCommand.Destroy, [0]);
            return true;
        };
        await using TorStream stream = await harness.ConnectAsync();
        Assert.Equal(2, harness.Circuits.Network.Lanes.Count);
    }

    [Fact]
    public async Task NoPath_TellsWhichOptions()
    {
        await using ManagerHarness harness = new();
        harness.Planner.Problem = "no relay in ExitNodes allows port 80";
        TorException error = await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync());
        Assert.Equal(TorErrorKind.NoPath, error.Kind);
        Assert.Contains("ExitNodes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NotBootstrapped_WaitsAndThenFails_WithoutAnyCircuit()
    {
        await using ManagerHarness harness = new();
        harness.Network.Set(enough: false);
        Task<TorStream> connecting = harness.ConnectAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(119));
        Assert.False(connecting.IsCompleted);
        harness.Time.Advance(TimeSpan.FromSeconds(2));
        TorException error = await Assert.ThrowsAsync<TorException>(() => connecting);
        Assert.Equal(TorErrorKind.Timeout, error.Kind);
        Assert.Empty(harness.Circuits.Network.Lanes);
    }

    [Fact]
    public async Task NotBootstrapped_ThenBootstrapped_TheStreamOpens()
    {
        await using ManagerHarness harness = new();
        harness.Network.Set(enough: false);
        Task<TorStream> connecting = harness.ConnectAsync();
        harness.Network.Set(enough: true);
        await (await connecting).DisposeAsync();
    }

    [Fact]
    public async Task DeadNetwork_IsTriedLessAndLess()
    {
        await using ManagerHarness harness = new();
        harness.Circuits.Network.ConnectFailure = GoTor.Client.Channels.ChannelEnd.ConnectFailed;
        harness.Manager.Start();
        await CircuitHarness.EventuallyAsync(() => harness.Planner.Planned > 0);
        for (int second = 0; second < 60; second++)
        {
            harness.Time.Advance(TimeSpan.FromSeconds(1));
            for (int turn = 0; turn < 50; turn++)
                await Task.Yield();
        }

        int after = harness.Planner.Planned;
        Assert.InRange(after, 1, 45);
    }

    [Fact]
    public async Task Reconfigured_NewStreamsGoToNewCircuits()
    {
        await using ManagerHarness harness = new();
        await using TorStream before = await harness.ConnectAsync();
        harness.Manager.Reconfigure(harness.Manager.Options);
        await using TorStream after = await harness.ConnectAsync();
        Assert.Equal(2, harness.Circuits.Network.Lanes.Count);
    }

    [Fact]
    public async Task Disposed_EndsCircuits_AndRefusesRequests()
    {
        ManagerHarness harness = new();
        harness.Manager.Start();
        TorStream stream = await harness.ConnectAsync();
        await harness.Manager.DisposeAsync().AsTask().WaitAsync(CircuitHarness.Patience);
        TorException error = await Assert.ThrowsAsync<TorException>(() => harness.ConnectAsync());
        Assert.Equal(TorErrorKind.ShuttingDown, error.Kind);
        await stream.DisposeAsync();
        await harness.DisposeAsync();
    }

    [Theory]
    // RFC 1035 §3.5 and RFC 3596 §2.5.
    [InlineData("192.0.2.7", "7.2.0.192.in-addr.arpa")]
    [InlineData("2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")]
    public void ReverseName_FollowsTheRfc(string address, string name) =>
        Assert.Equal(name, StreamConnector.ReverseName(System.Net.IPAddress.Parse(address)));
}
