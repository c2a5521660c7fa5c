using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Circuits;
using GoTor.Protocol.Network;

namespace GoTor.Client.Tests.Circuits;

/// <summary>What controllers do with circuits must not change where the streams of others go.</summary>
public class ControllerCircuitTests
{
    private static readonly IsolationKey Bob = new() { SocksUsername = "bob" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AttachedStream_OfAnotherKey_TakesTheCircuitFromItsOwner(bool changesPurpose)
    {
        await using ManagerHarness harness = new();
        await using TorStream first = await harness.ConnectAsync(user: "alice");
        long number = harness.StreamRecords.Current.Single().Circuit;
        using (CircuitLease lease = harness.Manager.TryLease(number, Bob)!)
            Assert.Equal(number, lease.Circuit.Number);
        if (changesPurpose)
        {
            Assert.True(harness.Manager.SetPurpose(number, CircuitPurpose.Controller));
            Assert.True(harness.Manager.SetPurpose(number, CircuitPurpose.General));
        }

        await using TorStream second = await harness.ConnectAsync(user: "alice");
        await using TorStream third = await harness.ConnectAsync(user: "bob");
        Assert.Equal(3, harness.StreamRecords.Current.Select(record => record.Circuit).Distinct().Count());
    }

    [Fact]
    public async Task AttachedStream_OfTheSameKey_LeavesTheCircuitToItsOwner()
    {
        await using ManagerHarness harness = new();
        await using TorStream first = await harness.ConnectAsync(user: "bob");
        harness.Manager.TryLease(harness.StreamRecords.Current.Single().Circuit, Bob)!.Dispose();
        await using TorStream second = await harness.ConnectAsync(user: "bob");
        Assert.Single(harness.StreamRecords.Current.Select(record => record.Circuit).Distinct());
    }

    [Fact]
    public async Task Circuit_ThatIsBeingLengthened_TakesNoStream()
    {
        await using ManagerHarness harness = new();
        using ManualResetEventSlim isAsked = new();
        harness.Circuits.Network.Prepare = lane => lane.Circuit.Intercept = (_, hop, command, _, _) =>
        {
            if (command != RelayCommand.Extend2 || hop != 2)
                return false;
            isAsked.Set();
            return true;
        };
        CircuitRecord circuit = await LaunchAsync(harness);
        Assert.True(Lengthen(harness, circuit));
        await CircuitHarness.EventuallyAsync(() => isAsked.IsSet);
        Assert.False(Lengthen(harness, circuit));
        Assert.Null(harness.Manager.TryLease(circuit.Number, Bob));
        await using TorStream stream = await harness.ConnectAsync();
        Assert.NotEqual(circuit.Number, harness.StreamRecords.Current.Single().Circuit);
        Assert.False(circuit.IsOver);
    }

    [Fact]
    public async Task Circuit_Lengthened_IsUsedWithItsNewExit()
    {
        await using ManagerHarness harness = new();
        CircuitRecord circuit = await LaunchAsync(harness);
        Assert.True(Lengthen(harness, circuit));
        await CircuitHarness.EventuallyAsync(() => circuit is { HopsBuilt: 4, Progress: CircuitProgress.Built });
        using CircuitLease lease = harness.Manager.TryLease(circuit.Number, Bob)!;
        Assert.Equal(NewExit(harness, circuit).RsaIdentity, lease.Exit.RsaIdentity);
        Assert.Equal(circuit.Path[^1].RsaIdentity, lease.Exit.RsaIdentity);
    }

    [Fact]
    public async Task Circuit_WithStreams_IsNotLengthened()
    {
        await using ManagerHarness harness = new();
        CircuitRecord circuit = await LaunchAsync(harness);
        await using TorStream stream = await harness.ConnectAsync();
        Assert.Equal(circuit.Number, harness.StreamRecords.Current.Single().Circuit);
        Assert.False(Lengthen(harness, circuit));
        Assert.Equal(3, circuit.HopsBuilt);
        Assert.False(circuit.IsOver);
    }

    [Fact]
    public async Task Paths_OfControllers_AreLimited_AndLeaveRoomForOurOwn()
    {
        await using ManagerHarness harness = new();
        harness.Circuits.Network.Prepare = lane => lane.Circuit.OnCreate = _ => { };
        IReadOnlyList<HopTarget> path = [.. harness.Circuits.Network.Path.Take(3)];
        int launched = 0;
        while (launched < 1000 && harness.Manager.LaunchAlong(path, harness.Planner.Relays[2], CircuitPurpose.General) is not null)
            launched++;
        Assert.Equal(256, launched);
        Assert.NotNull(harness.Manager.Launch(CircuitPurpose.General));
    }

    private static async Task<CircuitRecord> LaunchAsync(ManagerHarness harness)
    {
        CircuitRecord circuit = harness.Manager.Launch(CircuitPurpose.General)!;
        await CircuitHarness.EventuallyAsync(() => circuit.Progress == CircuitProgress.Built);
        return circuit;
    }

    private static bool Lengthen(ManagerHarness harness, CircuitRecord circuit)
    {
        Relay exit = NewExit(harness, circuit);
        HopTarget hop = harness.Circuits.Network.Path.Single(hop => hop.RsaIdentity == exit.RsaIdentity);
        return harness.Manager.Lengthen(circuit.Number, [hop], exit);
    }

    /// <summary>An exit that differs from the circuit's third hop.</summary>
    private static Relay NewExit(ManagerHarness harness, CircuitRecord circuit) =>
        harness.Planner.Relays.Skip(2).First(relay => relay.RsaIdentity != circuit.Path[2].RsaIdentity);
}
