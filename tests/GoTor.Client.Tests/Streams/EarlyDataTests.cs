using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Protocol.Wire;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Streams;

/// <summary>What an application says before its stream is open.</summary>
public sealed class EarlyDataTests
{
    private static StreamId OnlyStream(ScriptedCircuit relay) => relay.Streams.Values.Single().Id;

    [Fact]
    public async Task Early_DataBeforeConnected_TravelsBehindBeginAndAsItGrows()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        var early = new OptimisticData();
        early.Append("first "u8);
        Task<TorStream> opening = circuit.OpenStreamAsync("silent", 7, BeginFlags.None, early, CancellationToken.None);
        ScriptedCircuit exit = harness.Lane.Circuit;
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Count == 1 && exit.Streams.Values.Single().ReceivedLength == 6);
        early.Append("second"u8);
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Values.Single().ReceivedLength == 12);
        Assert.False(opening.IsCompleted);
        await harness.DoAsync(relay => relay.Send(2, RelayCommand.Connected, OnlyStream(relay), []));
        await using TorStream stream = await opening.WaitAsync(CircuitHarness.Patience);
        Assert.Equal(12, early.Sent);

        // From here on the proxy sends for itself.
        early.Append("third"u8);
        await stream.WriteAsync(early.From(early.Sent));
        await CircuitHarness.EventuallyAsync(() => exit.Streams.Values.Single().ReceivedLength == 17);
        Assert.Equal(
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData("first secondthird"u8)), exit.Streams.Values.Single().ReceivedHash);
    }

    [Fact]
    public async Task Early_MoreThanAStreamQueues_ArrivesWhole()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        var early = new OptimisticData();
        byte[] bytes = new byte[OptimisticData.Limit + 20_000];
        ScriptedStream.Served(0, bytes);
        early.Append(bytes);
        harness.Lane.Hold(true);
        Task<TorStream> opening = circuit.OpenStreamAsync("echo", 7, BeginFlags.None, early, CancellationToken.None);
        harness.Lane.Hold(false);
        await using TorStream stream = await opening.WaitAsync(CircuitHarness.Patience);
        await stream.WriteAsync(bytes.AsMemory(early.Sent));
        byte[] received = new byte[bytes.Length];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.True(received.AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task Early_StreamRefused_KeepsEverythingForTheNextCircuit()
    {
        using var harness = new CircuitHarness();
        await using Circuit circuit = await harness.BuildAsync();
        var early = new OptimisticData();
        early.Append("all of it"u8);
        await Assert.ThrowsAsync<StreamFailedException>(
            () => circuit.OpenStreamAsync("refuse", 7, BeginFlags.None, early, CancellationToken.None));
        await using TorStream stream = await circuit.OpenStreamAsync("echo", 7, BeginFlags.None, early, CancellationToken.None);
        byte[] received = new byte[9];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.Equal("all of it"u8.ToArray(), received);
    }

    [Fact]
    public async Task Directory_RequestTravelsBehindBeginDir()
    {
        using var harness = new CircuitHarness(hops: 1);
        await using Circuit circuit = await harness.Builder.BuildAsync([harness.Network.Hops[0].TargetWithoutKey], CancellationToken.None);
        harness.Lane.Hold(true);
        await using TorStream stream = await circuit.OpenDirectoryStreamAsync(CancellationToken.None);
        await stream.WriteAsync("GET /"u8.ToArray());
        Assert.Equal(1, circuit.OpenStreams);
        harness.Lane.Hold(false);
        byte[] received = new byte[5];
        await stream.ReadExactlyAsync(received).AsTask().WaitAsync(CircuitHarness.Patience);
        Assert.Equal("GET /"u8.ToArray(), received);
        Assert.Empty(harness.Lane.Circuit.Complaints);
    }
}
