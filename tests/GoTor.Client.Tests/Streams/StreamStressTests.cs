using GoTor.Client.Channels;
using GoTor.Client.Circuits;
using GoTor.Client.Streams;
using GoTor.Client.Tests.Circuits;
using GoTor.Protocol.Cells.Relay;
using GoTor.Testing.ScriptedRelay;

namespace GoTor.Client.Tests.Streams;

/// <summary>These count what the whole process holds, so nothing may run beside them.</summary>
[CollectionDefinition(nameof(CountsTheProcess), DisableParallelization = true)]
public sealed class CountsTheProcess;

/// <summary>Many streams at once, cancelled and closed at random; and what is left behind: nothing.</summary>
[Collection(nameof(CountsTheProcess))]
public sealed class StreamStressTests
{
    // Nothing: a round has some 50,000 cells and 1,500 calls that wait, so that one object for each call would be 3 bytes per cell. What is
    // left is the test host's own.
    private const double AllowedPerCell = 0.2;

    [Trait("Case", "B20")]
    [Trait("Case", "B21")]
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomSchedule_OfOpensTransfersAndCloses_LeavesNothingBehind(int seed)
    {
        int before = CellBuffer.RentedCount;
        using (var harness = new CircuitHarness())
        {
            harness.Network.Prepare = lane => lane.Circuit.ServeLength = 20_000;
            Circuit circuit = await harness.BuildAsync();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() => UseStreamsAsync(circuit, seed * 100 + worker, 60))))
                .WaitAsync(TimeSpan.FromSeconds(60));
            await CircuitHarness.EventuallyAsync(() => circuit.OpenStreams == 0);
            await CircuitRuleTests.AssertEchoesAsync(circuit);
            await circuit.DisposeAsync();
            await harness.DoAsync(_ => { });
            Assert.Empty(harness.Lane.Circuit.Complaints);
            Assert.Equal(1, harness.Lane.CloseCalls);
        }

        await CircuitHarness.EventuallyAsync(() => CellBuffer.RentedCount <= before);
    }

    [Trait("Case", "B20")]
    [Trait("Case", "B21")]
    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task RandomSchedule_CircuitEndsInTheMiddle_EveryCallReturnsAndNothingIsLeft(int seed)
    {
        int before = CellBuffer.RentedCount;
        for (int round = 0; round < 40; round++)
        {
            using var harness = new CircuitHarness(hops: 2, ntorV3: false);
            harness.Network.Prepare = lane => lane.Circuit.ServeLength = 50_000;
            Circuit circuit = await harness.BuildAsync();
            int worker = (seed * 1000) + round;
            Task users = Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => UseStreamsAsync(circuit, worker + (i * 17), 20))));
            var random = new Random(worker);
            for (int i = random.Next(2000); i > 0; i--)
                await Task.Yield();
            switch (round % 4)
            {
                case 0:
                    await circuit.DisposeAsync();
                    break;
                case 1:
                    harness.Lane.BreakChannel(ChannelEnd.ConnectionLost);
                    break;
                case 2:
                    await harness.DoAsync(relay => relay.SendCell(Protocol.Cells.Channel.ChannelCommand.Destroy, [0]));
                    break;
                default:
                    await harness.DoAsync(relay => relay.Send(1, RelayCommand.Begin, default, []));
                    break;
            }

            await users.WaitAsync(TimeSpan.FromSeconds(60));
            await circuit.Ended.WaitAsync(CircuitHarness.Patience);
            Assert.Equal(0, circuit.OpenStreams);
            await harness.DoAsync(_ => { });
        }

        await CircuitHarness.EventuallyAsync(() => CellBuffer.RentedCount <= before);
    }

    [Fact]
    public async Task Read_CancelledAtRandom_LosesNoByte()
    {
        using var harness = new CircuitHarness();
        const int Length = 1_000_000;
        harness.Network.Prepare = lane => lane.Circuit.ServeLength = Length;
        await using Circuit circuit = await harness.BuildAsync();
        await using TorStream stream = await circuit.OpenStreamAsync("serve", 80, BeginFlags.None, null, CancellationToken.None);
        byte[] buffer = new byte[700];
        byte[] expected = new byte[700];
        var random = new Random(7);
        int received = 0;
        int cancelled = 0;
        while (received < Length)
        {
            using var giveUp = new CancellationTokenSource();
            Task<int> reading = stream.ReadAsync(buffer, giveUp.Token).AsTask();
            if (random.Next(3) == 0)
                await giveUp.CancelAsync();
            try
            {
                int read = await reading.WaitAsync(CircuitHarness.Patience);
                ScriptedStream.Served(received, expected.AsSpan(0, read));
                Assert.True(expected.AsSpan(0, read).SequenceEqual(buffer.AsSpan(0, read)));
                received += read;
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        Assert.Equal(Length, received);
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task Transfer_InSteadyState_AllocatesNothingPerCell()
    {
        using var harness = new CircuitHarness();
        harness.Network.Prepare = lane => lane.Circuit.ServeLength = long.MaxValue / 2;
        await using Circuit circuit = await harness.BuildAsync();
        TorStream download = await circuit.OpenStreamAsync("serve", 80, BeginFlags.None, null, CancellationToken.None);
        TorStream upload = await circuit.OpenStreamAsync("sink", 80, BeginFlags.None, null, CancellationToken.None);
        byte[] buffer = new byte[16 * 1024];
        // Not in the test runner's synchronization context, which allocates to switch to itself.
        double received = await Task.Run(() => MeasureAsync(
            async length =>
            {
                while (length > 0)
                    length -= await download.ReadAsync(buffer);
            },
            harness.Lane.Circuit));
        double sent = await Task.Run(() => MeasureAsync(
            async length =>
            {
                for (; length > 0; length -= buffer.Length)
                    await upload.WriteAsync(buffer);
            },
            harness.Lane.Circuit));
        Assert.InRange(received, 0, AllowedPerCell);
        Assert.InRange(sent, 0, AllowedPerCell);
        download.Abort();
        upload.Abort();
    }

    /// <summary>Transfers until a round has allocated as good as nothing: queues and pools grow to their size in the first ones.</summary>
    /// <returns>Bytes allocated in the process, the relay's side included, per DATA cell, in the best round.</returns>
    private static async Task<double> MeasureAsync(Func<long, Task> transferAsync, ScriptedCircuit relay)
    {
        const long Round = 25_000_000;
        double best = double.MaxValue;
        for (int round = 0; round < 8 && best > AllowedPerCell; round++)
        {
            long cells = relay.DataReceived + relay.DataSent;
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            await transferAsync(Round);
            allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            best = Math.Min(best, (double)allocated / (relay.DataReceived + relay.DataSent - cells));
        }

        return best;
    }

    private static async Task UseStreamsAsync(Circuit circuit, int seed, int count)
    {
        var random = new Random(seed);
        string[] hosts = ["echo", "echo", "serve", "sink", "refuse", "silent", "nowhere"];
        for (int i = 0; i < count; i++)
        {
            using var giveUp = new CancellationTokenSource();
            string host = hosts[random.Next(hosts.Length)];
            if (host == "silent" || random.Next(4) == 0)
                _ = CancelSoonAsync(giveUp, random.Next(200));
            try
            {
                if (random.Next(6) == 0)
                {
                    await circuit.ResolveAsync(random.Next(2) == 0 ? "example" : "nowhere", giveUp.Token);
                    continue;
                }

                var early = new OptimisticData();
                early.Append(new byte[random.Next(3000)]);
                TorStream stream = await circuit.OpenStreamAsync(host, 80, BeginFlags.None, random.Next(2) == 0 ? early : null, giveUp.Token);
                await UseAsync(stream, host, random, giveUp.Token);
            }
            catch (Exception expected) when (expected is OperationCanceledException or StreamFailedException or IOException)
            {
            }
        }
    }

    private static async Task UseAsync(TorStream stream, string host, Random random, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[random.Next(1, 5000)];
        try
        {
            for (int i = random.Next(5); i > 0; i--)
            {
                if (host != "serve")
                    await stream.WriteAsync(buffer, cancellationToken);
                if (host is "echo" or "serve" && await stream.ReadAsync(buffer, cancellationToken) == 0)
                    break;
            }
        }
        finally
        {
            switch (random.Next(4))
            {
                case 0:
                    stream.Abort();
                    break;
                case 1:
                    await stream.CompleteWritesAsync(CancellationToken.None).AsTask().WaitAsync(CircuitHarness.Patience, CancellationToken.None);
                    break;
            }

            await stream.DisposeAsync();
        }
    }

    private static async Task CancelSoonAsync(CancellationTokenSource source, int yields)
    {
        for (int i = 0; i < yields; i++)
            await Task.Yield();
        try
        {
            await source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The stream was quicker.
        }
    }
}
